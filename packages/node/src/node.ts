import { AdminServer } from './admin/admin-server.ts'
import { createRoutes } from './admin/routes.ts'
import { AdminApi } from './admin/service/admin-api.ts'
import { loadOrCreateToken } from './admin/token.ts'
import { removeAdminUrl, writeAdminUrl } from './admin/url-file.ts'
import { pluginStatuses } from './admin/service/plugin-statuses.ts'
import { fetcherIn } from './cluster/open-membership.ts'
import { createDataFolder } from './data-folder.ts'
import { onLeaseLost } from './identity-pool/on-lease-lost.ts'
import { onSlotUnlisted } from './identity-pool/on-slot-unlisted.ts'
import { ByteCounts } from './libp2p/byte-counts.ts'
import { createLibp2pNode } from './libp2p/create-libp2p-node.ts'
import { seedClusterOf } from './libp2p/seed-cluster-of.ts'
import { namedListenError } from './libp2p/listen-errors.ts'
import { asNodeLog } from './logging/node-log.ts'
import { NodeStoppedError } from './lifecycle/errors.ts'
import { stopInOrder } from './lifecycle/stop-in-order.ts'
import { missingFromServices } from './missing.ts'
import { openNodeParts } from './node-parts.ts'
import type { AbortOptions, ComponentLogger, Libp2p, Logger } from '@libp2p/interface'
import type { AdminApiInit } from './admin/service/contract.ts'
import type { Config } from './config/schema.ts'
import type { RunningPart } from './lifecycle/stop-in-order.ts'
import type { NodeMetricsInit } from './metrics/contract.ts'
import type { NodeMetrics } from './metrics/node-metrics.ts'
import type { CreateNodeInit, NodeParts } from './node-parts.ts'

/** A Waystone node: libp2p with the services of its role, watched over an admin server. */
export interface WaystoneNode extends AsyncDisposable {
  readonly libp2p: Libp2p
  readonly config: Config
  /** Where the admin server listens, such as `http://127.0.0.1:40213`, while it does. */
  readonly adminUrl: string | undefined
  /** What is missing until the node is ready; empty when it is. */
  missing(): string[]
  /**
   * @throws PortInUseError, ListenFailedError, AdminListenError, AdminTokenFileError - after which everything is stopped again
   * @throws NodeStoppedError - a node that was stopped stays so
   */
  start(options?: AbortOptions): Promise<void>
  /**
   * Ends within `config.shutdown.deadline`; safe twice and before `start()`. A node that listened for WebRTC leaves
   * native sockets behind that keep the process alive (see `libp2p/webrtc-direct`): end it with `process.exit()`.
   *
   * @throws StopTimedOutError, StopFailedError
   */
  stop(): Promise<void>
}

/**
 * Makes a node from a config. Nothing listens before `start()`, but the data
 * folder is locked from here on: call `stop()` in any case.
 *
 * @throws DatastoreLockedError, DatastoreCorruptError, DataFolderError
 * @throws IdentityError - one of its kinds, for what is wrong with the key file
 * @throws PoolFileError, PoolFolderError, PoolOrdinalError, SlotMismatchError, LeaseKeeperMissingError,
 * LeaseKeeperRefusedError, NoListedSlotError - with an identity pool in the config
 */
export async function createNode(init: CreateNodeInit): Promise<WaystoneNode> {
  const parts = await openNodeParts(init)
  try {
    const made: { node?: WaystoneNode } = {}
    const missing = (): string[] => made.node?.missing() ?? []
    const requestStop = init.onStopRequest ?? (() => stopAsked(made.node, parts.logger))
    const metrics =
      init.metrics === false
        ? undefined
        : await loadMetrics({
            ...parts,
            config: init.config,
            readiness: missing,
            trust: parts,
            lease: parts.slot?.lease
          })
    const { config, plugins } = init
    const bytes = new ByteCounts()
    const listPlugins: AdminApiInit['plugins'] = () => (made.node === undefined ? [] : pluginStatuses(made.node.libp2p))
    const { loaded } = init
    const log = asNodeLog(parts.logger)
    const api = new AdminApi({ ...parts, config, loaded, bytes, log, missing, requestStop, plugins: listPlugins })
    const onFailure = init.onFailure ?? (() => stopAsked(made.node, parts.logger))
    const libp2p = await createLibp2pNode({
      ...parts,
      config,
      plugins,
      metrics,
      bytes,
      onFailure,
      adminApi: api.create
    })
    parts.membership?.fetchBy(fetcherIn(libp2p.services))
    const node = new ServiceNode({ config, parts, libp2p, metrics, api, admin: init.admin ?? true })
    made.node = node
    onLeaseLost({ slot: parts.slot, libp2p }, onFailure)
    const membership = config.role === 'seed' ? parts.membership : undefined
    onSlotUnlisted({ slot: parts.slot, membership, self: libp2p.peerId }, onFailure)
    return node
  } catch (error) {
    for (const part of parts.own) await part.stop()
    await parts.slot?.release()
    throw error
  }
}

/** Nobody waits for it, so what goes wrong is told to the log alone. */
function stopAsked(node: WaystoneNode | undefined, logger: ComponentLogger): void {
  node
    ?.stop()
    .catch(error => logger.forComponent('waystone:node').error('the stop that was asked for failed - %e', error))
}

async function loadMetrics(init: NodeMetricsInit): Promise<NodeMetrics> {
  const { createNodeMetrics } = await import('./metrics/node-metrics.ts')
  return createNodeMetrics(init)
}

type State = 'new' | 'starting' | 'running' | 'stopping' | 'stopped'

interface ServiceNodeInit {
  config: Config
  parts: NodeParts
  libp2p: Libp2p
  metrics: NodeMetrics | undefined
  api: AdminApi
  admin: boolean
}

class ServiceNode implements WaystoneNode {
  readonly libp2p: Libp2p
  readonly config: Config
  readonly #parts: NodeParts
  readonly #admin: AdminServer | undefined
  readonly #log: Logger
  readonly #api: AdminApi
  #state: State = 'new'
  #starting: Promise<void> | undefined
  #currentStep: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  constructor({ config, parts, libp2p, metrics, api, admin }: ServiceNodeInit) {
    this.config = config
    this.libp2p = libp2p
    this.#parts = parts
    this.#log = parts.logger.forComponent('waystone:node')
    this.#api = api
    this.#admin = admin ? this.#createAdmin(metrics) : undefined
  }

  get adminUrl(): string | undefined {
    return this.#admin?.url
  }

  missing(): string[] {
    if (this.#state === 'running') return missingFromServices(this.libp2p)
    return [`the node is ${this.#state}`]
  }

  async start(options: AbortOptions = {}): Promise<void> {
    if (this.#state === 'stopping' || this.#state === 'stopped') throw new NodeStoppedError('the node was stopped')
    this.#starting ??= this.#startAll(options)
    await this.#starting
  }

  async stop(): Promise<void> {
    this.#parts.ending.abort(new NodeStoppedError('the node was stopped'))
    this.#stopping ??= this.#stopAll()
    await this.#stopping
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #startAll({ signal }: AbortOptions): Promise<void> {
    this.#state = 'starting'
    // libp2p itself starts to the end
    const end = (): void => this.#parts.ending.abort(signal?.reason)
    signal?.addEventListener('abort', end, { once: true })
    try {
      signal?.throwIfAborted()
      await this.#step(this.#api.serve())
      await this.#step(this.#startAdmin())
      signal?.throwIfAborted()
      await this.#step(this.libp2p.start())
      signal?.throwIfAborted()
    } catch (error) {
      // the first error says more than what goes wrong while clearing up
      await this.stop().catch(failure => this.#log.error('stopping after a failed start - %e', failure))
      throw namedListenError(error, this.config.addresses.listen)
    } finally {
      signal?.removeEventListener('abort', end)
    }
    this.#state = 'running'
    this.#logStart()
  }

  #logStart(): void {
    this.#log('started as %s of %s, %p', this.config.role, this.config.network, this.libp2p.peerId)
    // one line each, to be copied into the seeds of another node or into a browser
    for (const address of this.libp2p.getMultiaddrs()) this.#log('listening on %a', address)
    if (this.adminUrl !== undefined) this.#log('admin server on %s', this.adminUrl)
  }

  /** One step of the start; a stop waits for it and no further step begins. */
  async #step(work: void | Promise<void>): Promise<void> {
    this.#currentStep = Promise.resolve(work)
    await this.#currentStep
    if (this.#state !== 'starting') throw new NodeStoppedError('the node was stopped while it started')
  }

  async #stopAll(): Promise<void> {
    this.#state = 'stopping'
    const { clock, slot } = this.#parts
    const leftMs = slot?.lease.lost.aborted === true ? slot.lease.leftMs : Infinity
    await stopInOrder(this.#running(), { deadlineMs: Math.min(this.config.shutdown.deadline, leftMs), clock })
    this.#state = 'stopped'
    this.#log('stopped')
  }

  #running(): RunningPart[] {
    return [
      { name: 'libp2p', stop: () => this.#stopLibp2p() },
      ...this.#parts.own,
      { name: 'the admin server', stop: () => this.#stopAdmin() },
      { name: 'the lease of the slot', stop: () => this.#freeSlot() }
    ]
  }

  /** What may be serving still keeps the slot until its lease has run out. */
  async #freeSlot(): Promise<void> {
    const { slot } = this.#parts
    await (this.libp2p.status === 'stopped' ? slot?.release() : slot?.abandon())
  }

  /** libp2p ignores `stop()` while it starts, so the start has to be waited for. */
  async #stopLibp2p(): Promise<void> {
    await this.#currentStep?.catch(() => {})
    await this.libp2p.stop()
  }

  #createAdmin(metrics: NodeMetrics | undefined): AdminServer {
    return new AdminServer({
      admin: this.config.admin,
      routes: createRoutes({
        missing: () => this.missing(),
        cluster: () => seedClusterOf(this.libp2p.services)?.state(),
        metrics
      }),
      rpc: this.#api.rpc,
      clock: this.#parts.clock,
      onError: error => this.#log.error('an admin request failed - %e', error),
      onLost: error => this.#log.trace('an answer of the admin server was lost - %e', error)
    })
  }

  async #startAdmin(): Promise<void> {
    if (this.#admin === undefined) return
    await createDataFolder(this.config.dataDir)
    await removeAdminUrl(this.config.dataDir)
    const token = await loadOrCreateToken(this.config.dataDir, this.#parts.random)
    await writeAdminUrl(this.config.dataDir, await this.#admin.start(token))
  }

  async #stopAdmin(): Promise<void> {
    if (this.#admin?.url !== undefined) await removeAdminUrl(this.config.dataDir)
    await this.#admin?.stop()
  }
}
