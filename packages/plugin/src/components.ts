import type { ContentRouting, Libp2pEvents, NodeInfo, PeerId, PeerRouting, PeerStore } from '@libp2p/interface'
import type { AddressManager, ConnectionManager, RandomWalk, TransportManager } from '@libp2p/interface-internal'

/**
 * What the node tells of peers, connections and itself. A listener that throws
 * is logged, and all of them are removed when the plugin stops.
 */
export interface PluginNodeEvents {
  addEventListener<K extends keyof Libp2pEvents>(type: K, listener: (event: Libp2pEvents[K]) => unknown): void
  removeEventListener<K extends keyof Libp2pEvents>(type: K, listener: (event: Libp2pEvents[K]) => unknown): void
}

/** The parts of libp2p that a plugin can ask for by name. */
export interface PluginComponents {
  peerId: PeerId
  nodeInfo: NodeInfo
  events: PluginNodeEvents
  peerStore: PeerStore
  peerRouting: PeerRouting
  contentRouting: ContentRouting
  connectionManager: ConnectionManager
  addressManager: AddressManager
  transportManager: TransportManager
  randomWalk: RandomWalk
}

export type PluginComponentName = keyof PluginComponents

/** The names of {@link PluginComponents}. */
export const PLUGIN_COMPONENTS: readonly PluginComponentName[] = [
  'peerId',
  'nodeInfo',
  'events',
  'peerStore',
  'peerRouting',
  'contentRouting',
  'connectionManager',
  'addressManager',
  'transportManager',
  'randomWalk'
]
