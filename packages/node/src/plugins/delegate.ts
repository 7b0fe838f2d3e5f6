import type { HttpHost } from '@waystone/delegate'
import type { DelegateHttpHostInit } from '../delegate-http/http-host.ts'
import type { Plugin, PluginContext } from './plugin.ts'

/** Looks up and fetches for thin clients, or is one; see `delegate` in the config. */
export const delegatePlugin: Plugin = {
  async create(context) {
    const { config, trust, clock } = context
    const { serve, use, quotas, http } = config.delegate
    if (!serve && use.length === 0 && http === undefined) return undefined
    const { delegate } = await import('@waystone/delegate')
    return components => {
      const log = components.logger.forComponent('waystone:delegate')
      const host = http === undefined ? undefined : lateHost({ ...http, log, clock })
      return delegate({ trust, serve, use, quotas: withoutGaps(quotas), http: host, clock })(components)
    }
  }
}

type Quotas = PluginContext['config']['delegate']['quotas']

function withoutGaps(quotas: Quotas): Record<string, { callsPerMinute: number; bytesPerHour: number }> {
  return Object.fromEntries(
    Object.entries(quotas).flatMap(([level, quota]) => (quota === undefined ? [] : [[level, quota]]))
  )
}

/** Loaded when it listens: most nodes never do. */
function lateHost(init: DelegateHttpHostInit): HttpHost {
  return {
    listen: async handler => {
      const { DelegateHttpHost } = await import('../delegate-http/http-host.ts')
      return await new DelegateHttpHost(init).listen(handler)
    }
  }
}
