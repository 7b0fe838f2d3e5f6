import type { AbortOptions, ComponentLogger, Libp2pEvents, Metrics, PeerId, PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Clock, NodeTrust, Random } from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { Datastore } from 'interface-datastore'

/** A peer that was good to this node, kept over restarts. */
export interface GoodPeer {
  readonly id: string
  /** Multiaddrs as text at which it was reached, without the peer id. */
  readonly addresses: readonly string[]
  /** When it was reached last, in milliseconds since the Unix epoch; 0 if it never was. */
  readonly reachedAt: number
  /** Whether it was one that can be asked in the DHT then. */
  readonly answers: boolean
}

/** What is asked of the trust database. */
export type BootstrapTrust = Pick<NodeTrust, 'explain' | 'levelOf' | 'nodes' | 'onChange'>

export interface BootstrapInit {
  /** Who is blocked, and whom to ask: the nodes with `use-for-bootstrap`. */
  trust: BootstrapTrust
  /** Remember good peers, and start from them. Default true. */
  cache?: boolean
  /** Answer others that look for peers, and dial back who may be named to them. Default false. */
  serve?: boolean
  /** Ask seeds for peers. Default true. */
  ask?: boolean
  /** Whether private addresses are used and told, as in a local network. Default false. */
  private?: boolean
  /** Protocol id of the DHT: one of the good peers that are enough must speak it. Default: any will do. */
  dhtProtocol?: string
  /** How long good peers have at a start until seeds are asked, in milliseconds; five times as long while one answers. Default 3,000. */
  startMs?: number
  /** How long a connection must last until its peer is a good one, in milliseconds. Default 10,000. */
  goodAfterMs?: number
  /** Told once when most of what a seed handed out was dead. */
  onPoorSeed?: (seed: PeerId, standing: number) => void
  clock?: Clock
  random?: Random
}

export interface BootstrapComponents {
  peerId: PeerId
  connectionManager: ConnectionManager
  peerStore: PeerStore
  datastore: Datastore
  events: BootstrapEvents
  rpc: Rpc
  logger: ComponentLogger
  metrics?: Metrics
}

/** The part of libp2p's event target that is used. */
export interface BootstrapEvents {
  addEventListener<K extends keyof Libp2pEvents>(type: K, listener: (event: Libp2pEvents[K]) => void): void
  removeEventListener<K extends keyof Libp2pEvents>(type: K, listener: (event: Libp2pEvents[K]) => void): void
}

/** The service in `libp2p.services.bootstrap`. */
export interface Bootstrap {
  /** Good peers from earlier runs and from this one, the best first. */
  goodPeers(): readonly GoodPeer[]
  /** Whether this peer is one of them, and not blocked. */
  isGood(peer: PeerId): boolean
  /**
   * Resolves when good peers of earlier runs were tried for a while, or enough of them answered: only then
   * seeds are asked. Rejects with the reason of the signal only.
   */
  settled(options?: AbortOptions): Promise<void>
  /** Whether so many good peers that are no seeds are connected that no seed has to be asked. */
  isEnough(): boolean
  /** Whether one of them is connected that can be asked for others. */
  hasOne(): boolean
  /** Whether seeds are left in peace for now: good peers are enough, or may prove to be. */
  isSparing(): boolean
  /** How much of what a seed handed out was alive, 0 to 1; nothing if none of it was tried. */
  standing(seed: PeerId): number | undefined
  /** Asks seeds of different networks for a sample, checks it and mixes; what is given was not dialled yet. */
  sample(options?: AbortOptions): Promise<readonly GoodPeer[]>
}
