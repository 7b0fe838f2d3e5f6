import { kadProtocol } from '@waystone/wire'
import type { Plugin, PluginContext, ServiceFactory } from './plugin.ts'

/**
 * Queries wait for the first look around the own id. Begin it at once instead
 * of after a second: it waits by itself until there is a peer to ask, and a
 * short-lived edge that sends one file asks for a peer right after its start.
 */
const FIRST_SELF_QUERY_MS = 1

/** The network's own DHT: networks never share one. */
export const dhtPlugin: Plugin = { create }

async function create({ config }: PluginContext): Promise<ServiceFactory | undefined> {
  if (config.dht.mode === 'off') return undefined
  const { kadDHT, passthroughMapper, removePrivateAddressesMapper } = await import('@libp2p/kad-dht')
  return kadDHT({
    protocol: kadProtocol(config.network),
    clientMode: config.dht.mode === 'client',
    logPrefix: `libp2p:kad-dht:${config.network}`,
    datastorePrefix: `/dht/${config.network}`,
    peerInfoMapper: config.addresses.private ? passthroughMapper : removePrivateAddressesMapper,
    initialQuerySelfInterval: FIRST_SELF_QUERY_MS
  })
}
