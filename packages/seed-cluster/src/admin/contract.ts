import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { ClusterMembership, NodeInstance } from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { SeedCluster } from '../contract.ts'

/** A source of addresses, as whoever looks for seeds shows it. */
export interface ShownSource {
  readonly source: string
  readonly target: string
  readonly found: number
  readonly admitted: number
  readonly refused: number
  readonly error?: string
  /** Milliseconds since the Unix epoch. */
  readonly nextLookAt?: number
}

/** A seed, or an address behind which nobody was met yet. */
export interface ShownSeed {
  readonly peerId?: string
  readonly addresses: readonly string[]
  readonly sources: readonly string[]
  readonly isAdmitted: boolean
  readonly isConnected: boolean
  readonly isHeld: boolean
  readonly error?: string
  /** Milliseconds since the Unix epoch. */
  readonly nextTryAt?: number
}

/** What came of a dial. */
export interface ShownDial {
  readonly address: string
  readonly source: string
  readonly peerId?: string
  readonly result: string
  readonly error?: string
  readonly roundTripMs?: number
}

/** Whoever looks for seeds. */
export interface ShownSeeds {
  sources(): readonly ShownSource[]
  known(): readonly ShownSeed[]
  check(options?: AbortOptions): AsyncIterable<{ source: ShownSource } | { dialled: ShownDial }>
}

/** The parts of a node that the operator is shown. */
export interface ClusterAdminParts {
  self: PeerId
  instance: NodeInstance | undefined
  /** Absent without a cluster in the config. */
  membership: ClusterMembership | undefined
  cluster: SeedCluster | undefined
  seeds: ShownSeeds | undefined
  /** How much of what a seed handed out was alive, 0 to 1. */
  standing: (peer: string) => number | undefined
  cursors: Rpc['cursors']
}
