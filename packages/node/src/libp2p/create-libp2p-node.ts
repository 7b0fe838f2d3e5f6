import { systemClock } from '@waystone/kit'
import { createLibp2p } from 'libp2p'
import { createAddresses } from './addresses.ts'
import { connectionManagerInit, MAX_EARLY_STREAMS, MAX_PING_STREAMS } from './connection-limits.ts'
import { ConnectionMonitor } from './connection-monitor/connection-monitor.ts'
import { MUXER_PING_MS } from './connection-monitor/constants.ts'
import { createDiscovery } from './discovery.ts'
import { createEncrypters } from './encrypters.ts'
import { createEnforcement } from './enforcement.ts'
import { InboundGater } from './inbound-gater.ts'
import { limitAddresses } from './limit-addresses.ts'
import { listConnectionsOnce } from './list-connections-once.ts'
import { publishAddresses } from './publish-addresses.ts'
import { createServices } from './services.ts'
import { SERVICE_KEYS } from './service-keys.ts'
import { silentMetrics } from './silent-metrics.ts'
import { steadyMuxer } from './steady-muxer.ts'
import { createTransports } from './transports.ts'
import { AGENT_NAME, VERSION } from '../version.ts'
import type { ComponentLogger, Libp2p, PrivateKey } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'
import type { ByteCounts } from './byte-counts.ts'
import type { EnforcementParts } from './enforcement.ts'
import type { NodeMetrics } from '../metrics/node-metrics.ts'
import type { PluginContext, Plugins, ServiceFactory } from '../plugins/plugin.ts'

export interface Libp2pParts extends PluginContext, Pick<EnforcementParts, 'rules'> {
  plugins: Plugins
  privateKey: PrivateKey
  datastore: Datastore
  logger: ComponentLogger
  metrics?: NodeMetrics | undefined
  bytes: ByteCounts
  /** The admin API, which shows the node from within. */
  adminApi: ServiceFactory
}

const PINGS = { maxInboundStreams: MAX_PING_STREAMS, maxOutboundStreams: MAX_PING_STREAMS }

/** The libp2p node that the config describes, not started. */
export async function createLibp2pNode(parts: Libp2pParts): Promise<Libp2p> {
  const { config, clock, plugins, privateKey, datastore, logger, metrics, bytes } = parts
  const [addresses, transports, connectionEncrypters, peerDiscovery, services, { yamux }, { ping }] = await Promise.all(
    [
      createAddresses(config),
      createTransports(config, clock),
      createEncrypters(config),
      createDiscovery(config),
      createServices(plugins, parts),
      import('@libp2p/yamux'),
      import('@libp2p/ping')
    ]
  )
  const limits = new InboundGater({ limits: config.connections, clock, onRefused: metrics?.countRefusal })
  const made: { libp2p?: Libp2p } = {}
  const { enforcement, service } = createEnforcement({ ...parts, limits }, () => made.libp2p?.services)
  const own: Record<string, ServiceFactory> = {
    [SERVICE_KEYS.adminApi]: parts.adminApi,
    [SERVICE_KEYS.enforcement]: components => {
      listConnectionsOnce(components.connectionManager)
      return service(components)
    },
    [SERVICE_KEYS.keepAlive]: monitor(parts)
  }
  const libp2p: Libp2p = await createLibp2p({
    start: false,
    privateKey,
    datastore,
    logger,
    metrics: components => {
      const counted = metrics?.factory(components) ?? silentMetrics()
      bytes.attach(counted, components.events)
      return counted
    },
    nodeInfo: { name: AGENT_NAME, version: VERSION },
    addresses,
    transports,
    connectionEncrypters,
    streamMuxers: [steadyMuxer(yamux({ maxEarlyStreams: MAX_EARLY_STREAMS, keepAliveInterval: MUXER_PING_MS }))],
    peerDiscovery,
    services: { [SERVICE_KEYS.ping]: ping(PINGS), ...services, ...own },
    connectionGater: enforcement,
    connectionManager: connectionManagerInit(config),
    connectionMonitor: { enabled: false }
  })
  made.libp2p = libp2p
  limitAddresses(libp2p.peerStore)
  publishAddresses(libp2p)
  return libp2p
}

/** In real time, as all of libp2p: peers do not answer sooner when a test moves the clock of the services. */
function monitor({ bytes, random }: Libp2pParts): ServiceFactory {
  return components => new ConnectionMonitor(components, { bytes, clock: systemClock, random })
}
