import type { ComponentLogger, Libp2pEvents, Metrics, PeerId, PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock, Random, ReadinessCheck } from '@waystone/interface'
import type { BackoffInit } from '@waystone/kit'

export interface SeedDiscoveryInit {
  /** Direct addresses that end in /p2p/PEER-ID; several with one peer id are one seed. */
  seeds: ReadonlyArray<string | Multiaddr>
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
  addEventListener(type: keyof Libp2pEvents, listener: () => void): void
  removeEventListener(type: keyof Libp2pEvents, listener: () => void): void
}

/** One seed, as of now. */
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
  /** All seeds but this node itself, in the configured order; empty before the first start. */
  seeds(): SeedStatus[]
}
