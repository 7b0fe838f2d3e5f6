import type {
  AbortOptions,
  ComponentLogger,
  Libp2pEvents,
  Metrics,
  NodeInfo,
  PeerId,
  PeerStore,
  PrivateKey
} from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type {
  AdminEvents,
  Clock,
  ClusterMembership,
  NodeInstance,
  NodeTrust,
  Random,
  ReadinessCheck,
  RegistryState
} from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { Datastore } from 'interface-datastore'
import type { DuplicateIdentityError } from './errors.ts'

/** How the cluster does, as one node sees it; see `GetClusterResponse.state`. */
export type ClusterState = 'none' | 'no-file' | 'not-a-member' | 'revoked' | 'alone' | 'partial' | 'joined'

/**
 * How a member does: `silent` is connected and its last Hello failed; of `not-running` the list gives no address, and
 * for an hour it was not connected and nobody said where it is.
 */
export type MemberState = 'self' | 'connected' | 'silent' | 'unreachable' | 'not-running'

/** A member, as far as this node knows. */
export interface MemberView {
  readonly id: string
  readonly label: string
  readonly isSelf: boolean
  readonly isConnected: boolean
  readonly state: MemberState
  readonly addresses: readonly string[]
  readonly error?: string
  /** What it said last. */
  readonly said?: MemberSaid
  /** For how long its registry has not been the same as this node's, in milliseconds. */
  readonly lag: number
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

/** How the cluster does, in one line. */
export interface ClusterSummary {
  readonly name: string
  readonly state: ClusterState
  /** Nothing while the trust file is not here. */
  readonly fileSequence: bigint | undefined
  /** Members that are connected, with this node if it is one. */
  readonly connected: number
  /** Members that run as far as anybody has said, with this node if it is one. */
  readonly running: number
}

/** The service in `libp2p.services.seedCluster`. */
export interface SeedCluster extends ReadinessCheck {
  state(): ClusterState
  summary(): ClusterSummary
  members(): readonly MemberView[]
  /** Asks every member now; in the order in which they answer. */
  check(options?: AbortOptions): AsyncIterable<MemberView>
  /** Addresses of members that other members gave, with their signature checked. */
  onMember(listener: (peer: PeerId, addresses: readonly string[]) => void): () => void
}

/** Where the operator looks things up later. */
export interface ClusterAudit {
  add(event: { kind: 'refused' | 'closed'; subject: string; function?: string; reason: string }): void
}

export interface SeedClusterInit {
  membership: ClusterMembership
  /** This run of the node. */
  instance: NodeInstance
  /** A member that the operator blocked is treated as none. Default: nobody is blocked. */
  trust?: Pick<NodeTrust, 'levelOf'>
  /** Called once if another node with the key of this one was there first; the node has to stop. Default: nothing happens. */
  onYield?: (error: DuplicateIdentityError) => void
  /** Whether this node is not ready while it is no member, as a seed. Default: no. */
  mustBelong?: boolean
  /** Of the registry that this node keeps; nothing if it keeps none. */
  registry?: () => RegistryState | undefined
  audit?: ClusterAudit
  events?: Pick<AdminEvents, 'emit'>
  clock?: Clock
  random?: Random
}

export interface SeedClusterComponents {
  peerId: PeerId
  privateKey: PrivateKey
  nodeInfo: NodeInfo
  connectionManager: Pick<ConnectionManager, 'getConnections' | 'openConnection'>
  peerStore: Pick<PeerStore, 'get'>
  datastore: Pick<Datastore, 'has' | 'put'>
  events: SeedClusterEvents
  rpc: Pick<Rpc, 'client' | 'serveLate'>
  logger: ComponentLogger
  metrics?: Metrics
}

/** The part of libp2p's event target that is used. */
export interface SeedClusterEvents {
  addEventListener<K extends keyof Libp2pEvents>(type: K, listener: (event: Libp2pEvents[K]) => void): void
  removeEventListener<K extends keyof Libp2pEvents>(type: K, listener: (event: Libp2pEvents[K]) => void): void
}
