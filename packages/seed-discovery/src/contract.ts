import type {
  AbortOptions,
  ComponentLogger,
  ConnectionGater,
  Libp2pEvents,
  Metrics,
  PeerId,
  PeerRouting,
  PeerStore
} from '@libp2p/interface'
import type { ConnectionManager, TransportManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock, ClusterMembership, NodeTrust, Random, ReadinessCheck } from '@waystone/interface'
import type { BackoffInit } from '@waystone/kit'
import type { DialledSeed, KnownSeed, SeedCheck, SourceInit, SourceStatus } from './contract-sources.ts'

/** What is asked of the trust database. */
export type SeedTrust = Pick<NodeTrust, 'explain' | 'levelOf' | 'nodes' | 'onChange'>

export interface SeedDiscoveryInit {
  /** Direct addresses that end in /p2p/PEER-ID; several with one peer id are one seed. */
  seeds: ReadonlyArray<string | Multiaddr>
  /**
   * Whom to know, and for what; `seeds` then only add addresses and come first.
   * Default: nobody but `seeds`, which may everything.
   */
  trust?: SeedTrust
  /** Where else addresses of seeds come from; default: nowhere. */
  sources?: SourceInit
  /** Of the cluster: while its trust file is not here, nobody that a source found is turned away at once. */
  membership?: Pick<ClusterMembership, 'file' | 'has' | 'refresh'>
  /** Peers that were good to this node before: while enough of them answer, seeds are left in peace. */
  goodPeers?: GoodPeers
  /** Whether a node without any other seed is ready, as the first of its cluster. Default: no. */
  mayBeAlone?: boolean
  /** Told when a seed that nobody knows any more was disconnected. */
  onDropped?: (peer: PeerId) => void
  /** Told once of each peer that answered at a seed's address and is none. */
  onRefused?: (refused: DialledSeed) => void
  /** Waits between dials of one seed. Default: from 500 ms up to 30 s. */
  backoff?: BackoffInit
  clock?: Clock
  random?: Random
}

/** What starts a node without its seeds. */
export interface GoodPeers {
  /** Resolves when it is known whether enough of them answer; seeds that are not held are left in peace until then. */
  settled(options: AbortOptions): Promise<void>
  /** Whether so many of them are connected now that nobody has to be asked. */
  isEnough(): boolean
  /** Whether one is connected that can be asked for others: this node is in the network. */
  hasOne(): boolean
}

export interface SeedDiscoveryComponents {
  peerId: PeerId
  connectionGater: ConnectionGater
  connectionManager: ConnectionManager
  transportManager: TransportManager
  peerStore: PeerStore
  peerRouting: Pick<PeerRouting, 'findPeer'>
  events: SeedDiscoveryEvents
  logger: ComponentLogger
  metrics?: Metrics
}

/** The part of libp2p's event target that is used. */
export interface SeedDiscoveryEvents {
  addEventListener<K extends keyof Libp2pEvents>(type: K, listener: (event: Libp2pEvents[K]) => void): void
  removeEventListener<K extends keyof Libp2pEvents>(type: K, listener: (event: Libp2pEvents[K]) => void): void
}

/** One node that is kept or was dialled at start, as of now. */
export interface SeedStatus {
  peerId: string
  addresses: string[]
  connected: boolean
  /** Why the last attempt failed or the connection ended; absent while connected. */
  lastError?: string
  /** Milliseconds since the Unix epoch; absent while connected or dialling. */
  nextTryAt?: number
}

export interface SeedDiscovery extends ReadinessCheck {
  /**
   * All nodes that are kept or dialled at start, but this one itself: the
   * configured ones in their order, then those of trust files. Empty before the first start.
   */
  seeds(): SeedStatus[]
  /** One for each source that runs, in the order of {@link SourceKind}. */
  sources(): SourceStatus[]
  /** Who is kept, who was found, and addresses behind which nobody was met yet. */
  known(): KnownSeed[]
  /** Looks at every source now and dials what it finds, in the order in which answers come; ends by itself. */
  check(options?: AbortOptions): AsyncIterable<SeedCheck>
}
