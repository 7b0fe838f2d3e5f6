import { SERVICE_KEYS } from '../../libp2p/service-keys.ts'
import type { Libp2p } from '@libp2p/interface'
import type { PluginHost } from '../../plugin-host/plugin-host.ts'
import type { PluginStatus } from '../../plugin-host/status.ts'

/** The plugins of others that a node runs, or failed to run. */
export function pluginStatuses({ services }: Pick<Libp2p, 'services'>): PluginStatus[] {
  const host = services[SERVICE_KEYS.plugins]
  return isHost(host) ? host.status() : []
}

function isHost(service: unknown): service is PluginHost {
  return typeof service === 'object' && service !== null && 'status' in service
}
