import type { Plugin } from './plugin.ts'

/** Keeps the configured seeds connected. */
export const seedDiscoveryPlugin: Plugin = {
  async create({ config: { seeds }, clock, random }) {
    if (seeds.length === 0) return undefined
    const { seedDiscovery } = await import('@waystone/seed-discovery')
    return seedDiscovery({ seeds, clock, random })
  }
}
