import { kadProtocol } from '@waystone/wire'
import type { Plugin } from './plugin.ts'

/**
 * Remembers good peers and starts from them. With a cluster in the config
 * seeds hand peers out, and the others ask them for some.
 */
export const bootstrapPlugin: Plugin = {
  async create({ config, trust, events, clock, random }) {
    const { bootstrap } = await import('@waystone/bootstrap')
    const isMember = config.cluster.key !== undefined
    return bootstrap({
      trust,
      cache: config.discovery.cache,
      serve: isMember && config.role === 'seed',
      ask: isMember && config.role !== 'seed',
      private: config.addresses.private,
      ...(config.dht.mode === 'off' ? {} : { dhtProtocol: kadProtocol(config.network) }),
      onPoorSeed: (seed, standing) => events.emit('bootstrap:poor-seed', { peer: seed.toString(), standing }),
      clock,
      random
    })
  }
}
