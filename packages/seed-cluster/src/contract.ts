import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { ReadinessCheck } from '@waystone/interface'

/** How the cluster does, as one node sees it; see `GetClusterResponse.state`. */
export type ClusterState = 'none' | 'no-file' | 'not-a-member' | 'revoked' | 'alone' | 'partial' | 'joined'

/** A member, as far as this node knows. */
export interface MemberView {
  readonly id: string
  readonly label: string
  readonly isSelf: boolean
  readonly isConnected: boolean
  readonly addresses: readonly string[]
  readonly error?: string
  /** What it said last. */
  readonly said?: MemberSaid
  /** What is wrong with it, in one sentence each. */
  readonly disagreements: readonly string[]
}

export interface MemberSaid {
  readonly version: string
  readonly startedAt: number
  readonly fileSequence: bigint
  readonly connectedMembers: number
  readonly records: number
  readonly registryDigest: Uint8Array
  /** Its clock less this node's, in milliseconds. */
  readonly clockOffset: number
  /** In milliseconds. */
  readonly roundTrip: number
  /** Milliseconds since the Unix epoch. */
  readonly heardAt: number
}

/** The service in `libp2p.services.seedCluster`. */
export interface SeedCluster extends ReadinessCheck {
  state(): ClusterState
  members(): readonly MemberView[]
  /** Asks every member now; in the order in which they answer. */
  check(options?: AbortOptions): AsyncIterable<MemberView>
  /** Addresses of members that other members gave, with their signature checked. */
  onMember(listener: (peer: PeerId, addresses: readonly string[]) => void): () => void
}
