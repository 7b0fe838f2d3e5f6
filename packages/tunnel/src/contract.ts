import type { ComponentLogger, Metrics, PeerId, PeerRouting } from '@libp2p/interface'
import type { AddressManager, ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { AdminEvents, Clock, GrantingTrustPolicy, TrustGrantees } from '@waystone/interface'
import type { ConnectionEvents, ConnectionRoute } from '@waystone/kit'
import type { Rpc } from '@waystone/rpc'

export interface TunnelInit {
  /** Decides who may use `tunnel:NAME`. */
  trust: GrantingTrustPolicy
  /** Told of `tunnel:open`, `tunnel:close` and `tunnel:refused`. */
  events?: AdminEvents
  /** Exposed as long as the node runs. */
  expose?: ExposeOptions[]
  /** Listened on as long as the node runs. */
  forward?: ForwardOptions[]
  /** Tunnels that peers have open here at one time. Default 1,024. */
  maxTunnels?: number
  /** Of one peer. Default 256. */
  maxTunnelsPerPeer?: number
  /** To one exposed name. Default 512. */
  maxTunnelsPerName?: number
  clock?: Clock
}

export interface TunnelComponents {
  peerId: PeerId
  registrar: Pick<Registrar, 'handle' | 'unhandle'>
  connectionManager: Pick<ConnectionManager, 'getConnections' | 'openConnection'>
  events: ConnectionEvents
  addressManager: Pick<AddressManager, 'getAddresses'>
  peerRouting: Pick<PeerRouting, 'findPeer'>
  logger: ComponentLogger
  rpc: Pick<Rpc, 'serveLate'>
  metrics?: Metrics
}

/** What happens at one exposure or one forward. */
export type TunnelEvent = TunnelOpenEvent | TunnelCloseEvent | TunnelRefusedEvent

export interface TunnelOpenEvent {
  kind: 'open'
  /** Of this node, counted from 1. */
  id: number
  peer: PeerId
  route: ConnectionRoute
}

export interface TunnelCloseEvent {
  kind: 'close'
  id: number
  /** From the peer. */
  bytesReceived: number
  /** To the peer. */
  bytesSent: number
  /** Undefined when both sides ended in order. */
  failure: Error | undefined
}

export interface TunnelRefusedEvent {
  kind: 'refused'
  peer: PeerId
  /** One sentence for the operator. The peer learns less. */
  reason: string
}

interface Watched {
  onEvent?: (event: TunnelEvent) => void
}

export interface ExposeOptions extends Watched {
  /** What peers ask for: 1-32 of a-z, 0-9 and -. */
  name: string
  /** `host:port`, `[IPv6]:port` or `unix:/path`. */
  target: string
  /** Who may, in addition to those whom the trust policy grants `tunnel:NAME`; as long as it is exposed. */
  allow?: TrustGrantees | undefined
}

export interface ForwardOptions extends Watched {
  /** `port` (on loopback), `address:port` or `unix:/path`; port 0 takes a free one. */
  local: string
  /** Peer id, or multiaddr that ends in one. */
  peer: string
  /** What that peer exposes. */
  name: string
}

/** A name that peers can ask for. Disposing of it resets its tunnels and takes back what it allowed. */
export interface Exposure extends AsyncDisposable {
  readonly name: string
}

/** A local address that leads to a peer's service. Disposing of it stops listening and resets its tunnels. */
export interface Forward extends AsyncDisposable {
  /** Where it listens, with the port that it got. */
  readonly listening: string
}

export interface TunnelStatus {
  name: string
  side: 'expose' | 'forward'
  /** The target, or the local address. */
  local: string
  /** That exposes; on the forwarding side. */
  peer: PeerId | undefined
  /** Tunnels that are open. */
  open: number
  bytesReceived: number
  bytesSent: number
}

export interface Tunnels {
  /**
   * Lets peers reach a TCP service of this machine.
   *
   * @throws TunnelNameInvalidError, TunnelAddressInvalidError, NameExposedError, TunnelsStoppedError
   */
  expose(options: ExposeOptions): Exposure
  /**
   * Listens, and carries each connection to the service that a peer exposes. The peer need not be there yet.
   *
   * @throws TunnelNameInvalidError, TunnelAddressInvalidError, PeerNameInvalidError
   * @throws LocalAddressInUseError, LocalAddressUnavailableError, TunnelsStoppedError
   */
  forward(options: ForwardOptions): Promise<Forward>
  /** Every exposure and every forward. */
  list(): TunnelStatus[]
}
