import type { ServiceImpl } from '@connectrpc/connect'
import type { ComponentLogger, Libp2pEvents, PeerId, PeerRouting, PeerStore, TypedEventTarget } from '@libp2p/interface'
import type { AddressManager, ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { Clock, NodeInstance, Random } from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { AdminService } from '@waystone/wire/admin'
import type { DescribableConfig } from '../../config/describe.ts'
import type { Config } from '../../config/schema.ts'
import type { EventLog } from '../../events/event-log.ts'
import type { ByteCounts } from '../../libp2p/byte-counts.ts'
import type { PluginStatus } from '../../plugin-host/status.ts'
import type { NodeLog } from '../../logging/node-log.ts'

/** What the admin API takes from the rest of the node. */
export interface AdminApiInit {
  config: Config
  /** How the config came about, if that is known. */
  loaded?: Omit<DescribableConfig, 'config'> | undefined
  clock: Clock
  random: Random
  /** Of the identity pool, if the identity comes from one. */
  instance: Pick<NodeInstance, 'slot' | 'fence'>
  events: EventLog
  bytes: ByteCounts
  /** Absent when the log is the caller's own. */
  log?: NodeLog | undefined
  /** What is missing until the node is ready; empty when it is. */
  missing: () => string[]
  plugins: () => PluginStatus[]
  /** Aborted when the node is to stop. */
  stopping: AbortSignal
  /** Begins the ordinary shutdown. */
  requestStop: () => void
}

/** The parts of the libp2p node that the admin API shows and moves. */
export interface AdminComponents {
  peerId: PeerId
  logger: ComponentLogger
  events: TypedEventTarget<Libp2pEvents>
  addressManager: Pick<AddressManager, 'getAddresses' | 'getAddressesWithMetadata'>
  connectionManager: Pick<ConnectionManager, 'getConnections' | 'getConnectionsMap' | 'openConnection'>
  peerStore: Pick<PeerStore, 'all' | 'get' | 'merge'>
  peerRouting: Pick<PeerRouting, 'findPeer'>
  registrar: Pick<Registrar, 'getProtocols'>
  rpc: Rpc
}

/** What the calls stand on. */
export interface AdminContext extends AdminApiInit {
  components: AdminComponents
  /** Milliseconds since the Unix epoch. */
  startedAtMs: number
  uptimeMs: () => number
}

/** Some of the calls of the admin API. */
export type AdminCalls = Partial<ServiceImpl<typeof AdminService>>
