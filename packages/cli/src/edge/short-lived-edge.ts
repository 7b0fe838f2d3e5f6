import { systemRandom } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { loadConfig } from '@waystone/node/config'
import { createIdentity, readPassphrase } from '@waystone/node/identity'
import { isChosen } from './setting-origin.ts'
import type { WaystoneNode } from '@waystone/node'
import type { ConfigSources, LoadedConfig } from '@waystone/node/config'

export interface ShortLivedEdgeInit {
  sources: ConfigSources
  /** Changes what the config says; for what a command itself decides. */
  adjust?: (config: LoadedConfig['config']) => LoadedConfig['config']
  /** For people; goes to standard error. */
  note: (text: string) => void
  signal: AbortSignal
}

/**
 * An edge that lives as long as one command. It has the identity of its data
 * folder; where another process uses the default folder, it gets an identity
 * of its own, so that two commands can run side by side.
 */
export async function startShortLivedEdge(init: ShortLivedEdgeInit): Promise<WaystoneNode> {
  const { sources, adjust = config => config, signal } = init
  const loaded = await loadConfig({ role: 'edge', env: process.env, ...sources })
  const config = adjust(loaded.config)
  const passphrase = await readPassphrase({ file: config.identity.passphraseFile, env: process.env })
  const { plugins, createNode, createCommandLog, MemoryDatastore } = await loadNode()
  const logger = await createCommandLog(loaded)
  const common = { config, plugins, logger, admin: false, metrics: false }
  const node = await createNode({ ...common, passphrase }).catch(async (error: unknown) => {
    if (nameOf(error) !== 'DatastoreLockedError' || isChosen(loaded, 'dataDir')) throw error
    init.note(`${config.dataDir} is in use by another process, so this command runs with an identity of its own`)
    const { privateKey } = await createIdentity({ random: systemRandom })
    return await createNode({ ...common, privateKey, datastore: new MemoryDatastore() })
  })
  await node.start({ signal })
  return node
}

/** Half of what such a command loads: a command that a running node serves, or that shows its help, does without. */
async function loadNode() {
  const [{ plugins }, { createNode }, { createCommandLog }, { MemoryDatastore }] = await Promise.all([
    import('@waystone/edge-node'),
    import('@waystone/node'),
    import('./command-log.ts'),
    import('datastore-core')
  ])
  return { plugins, createNode, createCommandLog, MemoryDatastore }
}
