import { PluginState } from '@waystone/wire/admin'
import { SERVICE_KEYS } from '../../libp2p/service-keys.ts'
import type { Libp2p } from '@libp2p/interface'
import type { PluginHost } from '../../plugin-host/plugin-host.ts'
import type { PluginStatus } from '../../plugin-host/status.ts'
import type { AdminApiInit } from './contract.ts'

const STATES: Record<PluginStatus['state'], PluginState> = {
  starting: PluginState.STARTING,
  running: PluginState.RUNNING,
  failed: PluginState.FAILED,
  stopped: PluginState.STOPPED
}

/** The plugins of others that a node runs, or failed to run, as the admin API shows them. */
export function pluginStatuses({ services }: Pick<Libp2p, 'services'>): ReturnType<AdminApiInit['plugins']> {
  const host = services[SERVICE_KEYS.plugins]
  if (!isHost(host)) return []
  return host.status().map(one => ({ ...one, state: STATES[one.state], failure: one.failure ?? '' }))
}

function isHost(service: unknown): service is PluginHost {
  return typeof service === 'object' && service !== null && 'status' in service
}
