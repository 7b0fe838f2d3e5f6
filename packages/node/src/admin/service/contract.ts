import type { ComponentLogger, Libp2pEvents, PeerId, PeerRouting, PeerStore, TypedEventTarget } from '@libp2p/interface'
import type { AddressManager, ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { Ping } from '@libp2p/ping'
import type { Clock } from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { Config } from '../../config/schema.ts'
import type { EventLog } from '../../events/event-log.ts'

/** What the admin API takes from the rest of the node. */
export interface AdminApiInit {
  config: Config
  clock: Clock
  events: EventLog
  /** What is missing until the node is ready; empty when it is. */
  missing: () => string[]
  /** Begins the ordinary shutdown. */
  requestStop: () => void
}

/** The parts of the libp2p node that the admin API shows. */
export interface AdminComponents {
  peerId: PeerId
  logger: ComponentLogger
  events: TypedEventTarget<Libp2pEvents>
  addressManager: Pick<AddressManager, 'getAddresses' | 'getAddressesWithMetadata'>
  connectionManager: Pick<ConnectionManager, 'getConnections' | 'openConnection'>
  peerStore: Pick<PeerStore, 'all' | 'get' | 'has'>
  peerRouting: Pick<PeerRouting, 'findPeer'>
  registrar: Pick<Registrar, 'getProtocols'>
  ping: Ping
  rpc: Rpc
}
