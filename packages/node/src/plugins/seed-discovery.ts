import type { Plugin } from './plugin.ts'

/** Finds and keeps the seeds that the trust database knows, those of the config among them. */
export const seedDiscoveryPlugin: Plugin = {
  async create({ config: { seeds }, trust, clock, random }) {
    const { seedDiscovery } = await import('@waystone/seed-discovery')
    return seedDiscovery({ seeds, trust, clock, random })
  }
}
