import type { ComponentLogger, Libp2pEvents, Metrics, PeerId, PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock, NodeTrust, Random, ReadinessCheck } from '@waystone/interface'
import type { BackoffInit } from '@waystone/kit'

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
  /** Told when a seed that nobody knows any more was disconnected. */
  onDropped?: (peer: PeerId) => void
  /** Waits between dials of one seed. Default: from 500 ms up to 30 s. */
  backoff?: BackoffInit
  clock?: Clock
  random?: Random
}

export interface SeedDiscoveryComponents {
  peerId: PeerId
  connectionManager: ConnectionManager
  peerStore: PeerStore
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
}
