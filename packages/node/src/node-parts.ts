import path from 'node:path'
import { systemClock, systemRandom } from '@waystone/kit'
import { createInstance } from './cluster/instance.ts'
import { openMembership } from './cluster/open-membership.ts'
import { createDataFolder, datastorePath } from './data-folder.ts'
import type { ComponentLogger, PrivateKey } from '@libp2p/interface'
import { EventLog } from './events/event-log.ts'
import { namedKeys } from './trust/named-keys.ts'
import { openTrust } from './trust/open-trust.ts'
import type { Clock, NodeInstance, Random } from '@waystone/interface'
import type { NamedKeys } from '@waystone/trust-acl'
import type { Datastore } from 'interface-datastore'
import type { TrustMembership } from './cluster/membership.ts'
import type { LoadedConfig } from './config/load.ts'
import type { Config } from './config/schema.ts'
import type { RunningPart } from './lifecycle/stop-in-order.ts'
import type { Plugins } from './plugins/plugin.ts'
import type { TrustParts } from './trust/open-trust.ts'

export interface CreateNodeInit {
  config: Config
  /** How the config came about, for the operator; as `loadConfig` gives it. */
  loaded?: Pick<LoadedConfig, 'input' | 'origins'>
  /** What can run; see the role packages. */
  plugins: Plugins
  /** Default: the key in the key file, which is made if there is none. */
  privateKey?: PrivateKey
  /** Opens an encrypted key file. */
  passphrase?: string | undefined
  /** Stays the caller's to close. Default: SQLite in the data folder, locked against other processes. */
  datastore?: Datastore
  /** Default: the log that the config describes, on standard output. */
  logger?: ComponentLogger
  /** Default true. Metrics are a process's: leave them off when several nodes share one. */
  metrics?: boolean
  /** Default true: the admin API over HTTP. Over libp2p it is served in any case, to peers with the function `admin`. */
  admin?: boolean
  /** Told when the admin API asks the node to stop. Default: it stops. */
  onStopRequest?: () => void
  clock?: Clock
  random?: Random
}

/** What a node stands on, made or given. */
export interface NodeParts extends TrustParts {
  privateKey: PrivateKey
  datastore: Datastore
  logger: ComponentLogger
  clock: Clock
  random: Random
  publishKeys: NamedKeys
  /** Absent without a cluster in the config. */
  membership: TrustMembership | undefined
  instance: NodeInstance
  events: EventLog
  pluginFolder: string | undefined
  /** Aborted when the node is to stop, also while it starts. */
  ending: AbortController
  stopping: AbortSignal
  /** Those parts that the node made itself and has to close. */
  own: RunningPart[]
}

/** Makes what the caller did not give. If one cannot be made, those made before are closed again. */
export async function openNodeParts(init: CreateNodeInit): Promise<NodeParts> {
  const { clock = systemClock, random = systemRandom } = init
  const pluginFolder = init.loaded?.origins.get('plugins')?.folder
  const ending = new AbortController()
  const events = new EventLog(clock)
  const publishKeys = namedKeys({ dataDir: init.config.dataDir, passphrase: init.passphrase, random })
  const shared = { events, publishKeys, clock, random, pluginFolder, ending, stopping: ending.signal }
  const logger = init.logger ?? (await defaultLogger(init.config))
  const own: RunningPart[] = []
  try {
    // first the lock on the data folder: two processes must not both make a key
    const datastore = init.datastore ?? (await openDatastore(init.config, own))
    const privateKey = init.privateKey ?? (await loadKey(init, random))
    const made = { ...shared, privateKey, datastore, logger, instance: createInstance({ clock, random }) }
    const trust = await openTrust({ ...made, config: init.config }, own)
    const membership = await openMembership({ config: init.config, trust: trust.trust, logger }, own)
    return { ...made, ...trust, membership, own }
  } catch (error) {
    for (const part of own) await part.stop()
    throw error
  }
}

async function defaultLogger({ log }: Config): Promise<ComponentLogger> {
  const [{ createLog }, { NodeLog }] = await Promise.all([
    import('./logging/create-log.ts'),
    import('./logging/node-log.ts')
  ])
  return new NodeLog(await createLog(log))
}

async function openDatastore({ dataDir }: Config, own: RunningPart[]): Promise<Datastore> {
  const { SqliteDatastore } = await import('@waystone/kit/sqlite-datastore')
  await createDataFolder(dataDir)
  const datastore = new SqliteDatastore({ path: datastorePath(dataDir) })
  await datastore.open()
  own.push({ name: 'the datastore', stop: () => datastore.close() })
  return datastore
}

async function loadKey({ config, passphrase }: CreateNodeInit, random: Random): Promise<PrivateKey> {
  const { KEY_FILE_NAME, loadOrCreateIdentity } = await import('./identity/index.ts')
  const keyFile = config.identity.keyFile ?? path.join(config.dataDir, KEY_FILE_NAME)
  const { privateKey } = await loadOrCreateIdentity({ keyFile, passphrase, random })
  return privateKey
}
