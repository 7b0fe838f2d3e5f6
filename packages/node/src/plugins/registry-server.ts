import { join } from 'node:path'
import type { Plugin } from './plugin.ts'

/** Beside the datastore, which others lock and which is never thrown away. */
const FILE = 'registry.db'

/** Keeps a registry and answers for it; see `registry` in the config. */
export const registryServerPlugin: Plugin = {
  async create({ config, trust, clock, random }) {
    if (!config.registry.serve) return undefined
    const { registryServer } = await import('@waystone/registry/server')
    const { maxRecords, maxBytes, maxRecordsPerPeer, maxRecordsPerNetwork } = config.registry
    const limits = { maxRecords, maxBytes, maxRecordsPerPeer, maxRecordsPerNetwork }
    return registryServer({ trust, path: join(config.dataDir, FILE), limits, clock, random })
  }
}
