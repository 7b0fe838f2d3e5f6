/**
 * The names under which services stand in `libp2p.services`. libp2p puts
 * services and its own parts into one object, so that a service named like a
 * part silently replaces it: none of these may be in {@link LIBP2P_COMPONENTS}.
 */
export const SERVICE_KEYS = {
  identify: 'identify',
  identifyPush: 'identifyPush',
  ping: 'ping',
  keepAlive: 'keepAlive',
  rpc: 'rpc',
  doctor: 'doctor',
  adminApi: 'adminApi',
  enforcement: 'enforcement',
  dht: 'dht',
  relayServer: 'relayServer',
  autonat: 'autonat',
  dcutr: 'dcutr',
  upnp: 'upnp',
  seedDiscovery: 'seedDiscovery',
  relaySelection: 'relaySelection',
  fileTransfer: 'fileTransfer',
  tunnel: 'tunnel',
  content: 'content',
  trustAcl: 'trustAcl',
  ratings: 'ratings',
  trustAdmin: 'trustAdmin',
  delegate: 'delegate',
  contentAdmin: 'contentAdmin',
  seedCluster: 'seedCluster',
  clusterAdmin: 'clusterAdmin',
  bootstrap: 'bootstrap',
  pubsub: 'pubsub',
  registryServer: 'registryServer',
  registrySync: 'registrySync',
  registry: 'registry',
  registrations: 'registrations',
  registryAdmin: 'registryAdmin',
  plugins: 'plugins'
} as const

export type ServiceKey = (typeof SERVICE_KEYS)[keyof typeof SERVICE_KEYS]

/** The names that libp2p 3.3 gives to its own parts (libp2p/src/libp2p.ts, components.ts). */
export const LIBP2P_COMPONENTS: readonly string[] = [
  'peerId',
  'privateKey',
  'nodeInfo',
  'logger',
  'events',
  'datastore',
  'connectionGater',
  'dns',
  'metrics',
  'peerStore',
  'connectionProtector',
  'upgrader',
  'transportManager',
  'connectionManager',
  'connectionMonitor',
  'registrar',
  'addressManager',
  'peerRouting',
  'contentRouting',
  'randomWalk'
]
