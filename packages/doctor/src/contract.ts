import type { AbortOptions, ComponentLogger, NodeInfo, PeerId, PeerStore } from '@libp2p/interface'
import type { AddressManager, ConnectionManager, TransportManager } from '@libp2p/interface-internal'
import type { Clock, Random } from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { LimitCheck, Observation } from './observation.ts'

export type DoctorRole = 'seed' | 'relay' | 'edge'

/** `unknown` could not be found out or does not apply, and does not change the verdict. */
export type Health = 'healthy' | 'degraded' | 'broken' | 'unknown'

/** What was found out about one thing, and what it means for this node. */
export interface Finding {
  /** Stable, such as `nat.mapping`, `udp` or `seed:12D3KooW…`. */
  check: string
  health: Health
  /** One line for people. */
  summary: string
  /** What to change, if something should. */
  hint?: string
  /** What was measured. */
  detail: Observation
}

/** A whole report. It names peer ids and IP addresses, and holds no secrets. */
export interface Diagnosis {
  verdict: Exclude<Health, 'unknown'>
  findings: Finding[]
  peerId: string
  role: DoctorRole
  /** Of Waystone. */
  version: string
  /** Milliseconds since the Unix epoch. */
  atMs: number
}

export interface DoctorInit {
  role: DoctorRole
  network: string
  /** Versions of Waystone and of libp2p. */
  versions: { waystone: string; libp2p: string }
  /** Direct addresses that end in /p2p/PEER-ID. */
  seeds: readonly string[]
  relays: readonly string[]
  /** STUN URLs, such as `stun:stun.example.org:3478`. */
  stun: readonly string[]
  /** Whether the network runs on one machine or one local network, where private addresses count. */
  isLocal: boolean
  /** Whether the system lets the process open enough files. */
  checkOpenFiles: () => LimitCheck
  /** PEM certificates that browsers trust. Default: Node's and the system's. */
  trustedCertificates?: string[]
  clock?: Clock
  random?: Random
}

/** What is used of libp2p's ping service. */
export interface DoctorPing {
  ping(peer: PeerId, options?: AbortOptions): Promise<number>
}

export interface DoctorComponents {
  peerId: PeerId
  nodeInfo: NodeInfo
  addressManager: Pick<AddressManager, 'getAddressesWithMetadata'>
  connectionManager: Pick<ConnectionManager, 'getConnections' | 'openConnection'>
  transportManager: Pick<TransportManager, 'dialTransportForMultiaddr'>
  peerStore: Pick<PeerStore, 'get' | 'all'>
  logger: ComponentLogger
  ping: DoctorPing
  rpc: Pick<Rpc, 'serveLate' | 'client'>
}

export interface ExamineOptions extends AbortOptions {
  /** For each check, in milliseconds. Default 10,000; 60,000 at most. */
  timeoutMs?: number
  /** Hears of findings as they are made; later ones may put them into another light. */
  onFinding?: (finding: Finding) => void
}

export interface Doctor {
  /**
   * Examines this node.
   *
   * @throws DoctorBusyError
   */
  examine(options?: ExamineOptions): Promise<Diagnosis>
}
