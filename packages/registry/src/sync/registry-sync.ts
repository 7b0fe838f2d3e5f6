import { systemClock, systemRandom } from '@waystone/kit'
import { SERVICE_NAMES } from '@waystone/wire'
import { SYNC_FUNCTION } from './constants.ts'
import { syncCounts } from './metrics.ts'
import type { Logger, PeerId, Startable } from '@libp2p/interface'
import type { LateService } from '@waystone/rpc'
import type { RegistrySync, RegistrySyncComponents, RegistrySyncInit, SyncPartnerStatus } from './contract.ts'
import type { SyncEngine } from './engine.ts'
import type { SyncCounts } from './metrics.ts'

/** Serves the comparing of registries, and begins with it when the node has started. */
export class RegistrySyncNode implements RegistrySync, Startable {
  readonly [Symbol.toStringTag] = '@waystone/registry-sync'
  readonly #components: RegistrySyncComponents
  readonly #init: RegistrySyncInit
  readonly #log: Logger
  #counts: SyncCounts | undefined
  #unserve: (() => Promise<void>) | undefined
  #loading: Promise<SyncEngine | undefined> | undefined
  #engine: SyncEngine | undefined

  constructor(components: RegistrySyncComponents, init: RegistrySyncInit) {
    this.#components = components
    this.#init = init
    this.#log = components.logger.forComponent('waystone:registry')
  }

  async start(): Promise<void> {
    if (this.#unserve !== undefined) return
    this.#counts ??= syncCounts(this.#components.metrics)
    const load = async (): Promise<LateService> => {
      const [{ syncService }, store] = await Promise.all([import('./engine.ts'), this.#init.store()])
      return syncService(store)
    }
    this.#unserve = await this.#components.rpc.serveLate(SERVICE_NAMES.registrySync, load, {
      trustFunction: SYNC_FUNCTION
    })
  }

  afterStart(): void {
    this.#loading ??= this.#load()
  }

  /** While calls can still be ended, and records still be put. */
  async beforeStop(): Promise<void> {
    const engine = await this.#loading
    this.#loading = undefined
    this.#engine = undefined
    await engine?.stop()
  }

  async stop(): Promise<void> {
    await this.beforeStop()
    const unserve = this.#unserve
    this.#unserve = undefined
    await unserve?.()
  }

  reconcileSoon(peer?: PeerId): void {
    this.#engine?.reconcileSoon(peer)
  }

  partners(): readonly SyncPartnerStatus[] {
    return this.#engine?.statuses() ?? []
  }

  async #load(): Promise<SyncEngine | undefined> {
    const { trust, gossip, clock = systemClock, random = systemRandom } = this.#init
    const counts = (this.#counts ??= syncCounts(this.#components.metrics))
    const parts = { components: this.#components, trust, gossip, clock, random, counts, log: this.#log }
    try {
      const [{ SyncEngine }, store, verify] = await Promise.all([
        import('./engine.ts'),
        this.#init.store(),
        this.#init.verify()
      ])
      this.#engine = new SyncEngine({ ...parts, store, verify })
    } catch (error) {
      this.#log.error('the registry is not kept equal with others - %e', error)
    }
    return this.#engine
  }
}
