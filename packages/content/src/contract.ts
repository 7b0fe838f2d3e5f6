import type {
  ComponentLogger,
  ContentRouting,
  Libp2pEvents,
  PeerId,
  Startable,
  TypedEventTarget
} from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { Clock, ContentStore, EndsDeniedWork, NodeTrust, Random } from '@waystone/interface'
import type { Datastore } from 'interface-datastore'

export interface ContentInit {
  /** What all blocks may take, in bytes; a small one counts as 4 KiB. Default 1 GiB. */
  maxBytes?: number
  /** Says who may ask for blocks, by the function `bulk-data-sync`. Default: everybody. */
  trust?: Pick<NodeTrust, 'decide' | 'explain'>
  clock?: Clock
  random?: Random
}

export interface ContentComponents {
  peerId: PeerId
  registrar: Pick<Registrar, 'handle' | 'unhandle'>
  connectionManager: Pick<ConnectionManager, 'getConnections' | 'openConnection'>
  contentRouting: Pick<ContentRouting, 'findProviders' | 'provide' | 'cancelReprovide'>
  datastore: Datastore
  events: TypedEventTarget<Libp2pEvents>
  logger: ComponentLogger
}

/** The service. */
export interface Content extends ContentStore, EndsDeniedWork, Startable {
  /** Whether this node asks the peer for blocks now, so that the peer may send some whatever it may else do. */
  expects(peer: PeerId): boolean
}
