import { bootstrapOf } from '../libp2p/bootstrap-of.ts'
import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { Plugin } from './plugin.ts'

/** Finds and keeps the seeds that the trust database knows, those of the config among them. */
export const seedDiscoveryPlugin: Plugin = {
  async create({ config: { seeds }, trust, audit, clock, random }) {
    const { seedDiscovery } = await import('@waystone/seed-discovery')
    const onDropped = (peer: PeerId): void =>
      audit.add({
        kind: 'closed',
        subject: peer.toString(),
        function: 'hold-and-reconnect',
        reason: 'the connection ended: no entry knows this seed any more'
      })
    return components => {
      const goodPeers = {
        settled: async (options: AbortOptions) => await bootstrapOf(components)?.settled(options),
        isEnough: () => bootstrapOf(components)?.isEnough() === true
      }
      return seedDiscovery({ seeds, trust, goodPeers, onDropped, clock, random })(components)
    }
  }
}
