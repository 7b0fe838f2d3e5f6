import type { ComponentLogger, Libp2pEvents, Metrics, PeerId, PeerStore } from '@libp2p/interface'
import type { ConnectionManager, TransportManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock, NodeTrust, Random, ReadinessCheck } from '@waystone/interface'
import type { BackoffInit } from '@waystone/kit'
import type { RelayState } from './relay-state.ts'

/** What is asked of the trust database. */
export type RelayTrust = Pick<NodeTrust, 'explain' | 'onChange'>

export interface RelaySelectionInit {
  /** Direct addresses that end in /p2p/PEER-ID; several with one peer id are one relay. */
  relays: ReadonlyArray<string | Multiaddr>
  /** Which of them may be used: those with the function `use-as-relay`. Default: all. */
  trust?: RelayTrust
  /** Waits between attempts at one relay. Default: from 500 ms up to 30 s. */
  backoff?: BackoffInit
  /** How long a connected relay may take to show the hop protocol, in milliseconds. Default 10,000. */
  identifyTimeoutMs?: number
  clock?: Clock
  random?: Random
}

export interface RelaySelectionComponents {
  peerId: PeerId
  connectionManager: ConnectionManager
  transportManager: TransportManager
  peerStore: PeerStore
  events: RelaySelectionEvents
  logger: ComponentLogger
  metrics?: Metrics
}

/** The part of libp2p's event target that is used. */
export interface RelaySelectionEvents {
  addEventListener(type: keyof Libp2pEvents, listener: () => void): void
  removeEventListener(type: keyof Libp2pEvents, listener: () => void): void
}

/** One relay, as of now. */
export interface RelayReservation extends RelayState {
  /** Peer id of the relay. */
  relay: string
  /** The relay's configured addresses. */
  addresses: string[]
  /** Where this node can be reached through the relay; empty unless reserved. */
  circuitAddresses: string[]
  /** End of the reservation unless refreshed, in milliseconds since the Unix epoch; only while reserved. */
  expiresAt?: number
}

export interface RelaySelection extends ReadinessCheck {
  /** All relays but this node itself, in the configured order; empty before the first start. */
  reservations(): RelayReservation[]
}
