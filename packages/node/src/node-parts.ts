import path from 'node:path'
import { systemClock, systemRandom } from '@waystone/kit'
import { createInstance } from './cluster/instance.ts'
import { newestList } from './cluster/newest-list.ts'
import { openMembership } from './cluster/open-membership.ts'
import { createDataFolder, datastorePath } from './data-folder.ts'
import { NodeStoppedError } from './lifecycle/errors.ts'
import type { ComponentLogger, PrivateKey } from '@libp2p/interface'
import { EventLog } from './events/event-log.ts'
import { namedKeys } from './trust/named-keys.ts'
import { openTrust } from './trust/open-trust.ts'
import type { Clock, NodeInstance, Random } from '@waystone/interface'
import type { NamedKeys } from '@waystone/trust-acl'
import type { Datastore } from 'interface-datastore'
import type { NodeLease } from './cluster/instance.ts'
import type { TrustMembership } from './cluster/membership.ts'
import type { LoadedConfig } from './config/load.ts'
import type { Config } from './config/schema.ts'
import type { HeldSlot } from './identity-pool/open-slot.ts'
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
  /** Told what makes the node stop by itself, such as the loss of its slot's lease. Default: it stops. */
  onFailure?: (error: unknown) => void
  /** Ends the wait for a free slot of the identity pool. */
  signal?: AbortSignal
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
  /** Of the identity pool, if the identity comes from one; given back when nothing serves any more. */
  slot: HeldSlot | undefined
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
  let slot: HeldSlot | undefined
  try {
    // first the lock on the data folder: two processes must not both make a key
    const datastore = init.datastore ?? (await openDatastore(init.config, own))
    slot = await takeSlot(init, { clock, random, logger, datastore })
    const privateKey = slot?.privateKey ?? init.privateKey ?? (await loadKey(init, random))
    const instance = createInstance({ clock, random }, leaseOf(slot))
    const made = { ...shared, privateKey, datastore, logger, instance, slot }
    const trust = await openTrust({ ...made, config: init.config }, own)
    const membership = await openMembership({ config: init.config, trust: trust.trust, logger }, own)
    return { ...made, ...trust, membership, own }
  } catch (error) {
    for (const part of own) await part.stop()
    await slot?.release()
    throw error
  }
}

/** A slot of the pool that the config names; nothing if it names none, or if the caller gives the key. */
async function takeSlot(
  { config, passphrase, privateKey, signal = new AbortController().signal }: CreateNodeInit,
  parts: Pick<NodeParts, 'clock' | 'random' | 'logger' | 'datastore'>
): Promise<HeldSlot | undefined> {
  const { folder, lease } = config.identity.pool
  if (folder === undefined || privateKey !== undefined) return undefined
  const [{ openSlot }, { warmUp }] = await Promise.all([
    import('./identity-pool/open-slot.ts'),
    import('./identity-pool/warm-up.ts')
  ])
  await warmUp(config, parts.clock)
  const log = parts.logger.forComponent('waystone:identity-pool')
  try {
    // whoever is no seed need not be a member
    const list = config.role === 'seed' ? async () => await newestList({ ...parts, config }) : undefined
    return await openSlot({ ...parts, folder, lease, passphrase, env: process.env, log, list, signal })
  } catch (error) {
    if (signal.aborted) throw new NodeStoppedError('the node was stopped while it waited for a slot')
    throw error
  }
}

function leaseOf(held: HeldSlot | undefined): NodeLease {
  if (held === undefined) return {}
  const { slot, fence, keeper } = held.lease
  return { slot, fence, ...(keeper !== undefined && { keeper }) }
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
