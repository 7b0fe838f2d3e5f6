import { systemClock, systemRandom } from '@waystone/kit'
import { SERVICE_NAMES } from '@waystone/wire'
import { RegistryClosedError } from '../store/errors.ts'
import { serverCounts } from './metrics.ts'
import type { Logger, Startable } from '@libp2p/interface'
import type { RegistryState } from '@waystone/interface'
import type { LateService } from '@waystone/rpc'
import type { OpenRegistry, RegistryServer } from '../contract.ts'
import type { RegistryServerComponents, RegistryServerInit } from './contract.ts'
import type { ServerEngine } from './engine.ts'
import type { ServerCounts } from './metrics.ts'

/** Who asks, by method; who registers is judged by record. */
const QUERY_FUNCTION = 'registry-query'
const TRUST_FUNCTIONS = { query: QUERY_FUNCTION, watch: QUERY_FUNCTION, listKinds: QUERY_FUNCTION }

/** Announces the registry, and opens it when the node has started. */
export class RegistryServerNode implements RegistryServer, Startable {
  readonly [Symbol.toStringTag] = '@waystone/registry-server'
  readonly #components: RegistryServerComponents
  readonly #init: RegistryServerInit
  readonly #log: Logger
  #counts: ServerCounts | undefined
  #opening: Promise<ServerEngine> | undefined
  #engine: ServerEngine | undefined
  #unserve: (() => Promise<void>) | undefined
  #running = false

  constructor(components: RegistryServerComponents, init: RegistryServerInit) {
    this.#components = components
    this.#init = init
    this.#log = components.logger.forComponent('waystone:registry')
  }

  async start(): Promise<void> {
    if (this.#unserve !== undefined) return
    this.#running = true
    const load = async (): Promise<LateService> => (await this.#open()).service()
    const options = { trustFunctions: TRUST_FUNCTIONS }
    this.#unserve = await this.#components.rpc.serveLate(SERVICE_NAMES.registry, load, options)
  }

  afterStart(): void {
    this.#open().catch((error: unknown) => this.#log.error('the registry cannot be opened - %e', error))
  }

  async stop(): Promise<void> {
    this.#running = false
    const unserve = this.#unserve
    const opening = this.#opening
    this.#unserve = undefined
    this.#opening = undefined
    await unserve?.()
    const engine = await opening?.catch(() => undefined)
    engine?.close()
    this.#engine = undefined
  }

  async opened(): Promise<OpenRegistry> {
    return await this.#open()
  }

  state(): RegistryState | undefined {
    return this.#engine?.store.state()
  }

  /** The next one tries again if it fails. */
  async #open(): Promise<ServerEngine> {
    if (!this.#running) throw new RegistryClosedError('the registry is not open')
    const opening = (this.#opening ??= this.#load())
    try {
      return await opening
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined
      throw error
    }
  }

  async #load(): Promise<ServerEngine> {
    const { clock = systemClock, random = systemRandom } = this.#init
    const { ServerEngine } = await import('./engine.ts')
    const parts = { cursors: this.#components.rpc.cursors, counts: this.#countsOnce(), log: this.#log }
    this.#engine = await ServerEngine.open({ ...this.#init, ...parts, clock, random })
    return this.#engine
  }

  /** A second registration of a metric would fail. */
  #countsOnce(): ServerCounts {
    return (this.#counts ??= serverCounts(this.#components.metrics, {
      records: () => this.state()?.records ?? 0,
      watchers: () => this.#engine?.rates.watching ?? 0
    }))
  }
}
