import { join } from 'node:path'
import type { Config } from '../config/schema.ts'
import type { Plugin } from './plugin.ts'

/** Beside the datastore, which others lock and which is never thrown away. */
const FILE = 'registry.db'

/** Keeps a registry and answers for it; see `registry` in the config. */
export const registryServerPlugin: Plugin = keptIn(({ dataDir }) => join(dataDir, FILE))

/** The same without a file, for nodes that keep nothing. */
export const memoryRegistryServerPlugin: Plugin = keptIn(() => undefined)

function keptIn(pathOf: (config: Config) => string | undefined): Plugin {
  return {
    async create({ config, trust, clock, random }) {
      if (!config.registry.serve) return undefined
      const { registryServer } = await import('@waystone/registry/server')
      const { maxRecords, maxBytes, maxRecordsPerPeer, maxRecordsPerNetwork } = config.registry
      const limits = { maxRecords, maxBytes, maxRecordsPerPeer, maxRecordsPerNetwork }
      return registryServer({ trust, path: pathOf(config), limits, clock, random })
    }
  }
}
