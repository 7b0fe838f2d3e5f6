import { createDeadline, systemClock, systemRandom } from '@waystone/kit'
import { RECORD_LIFETIME_MS } from '@waystone/wire/registry-limits'
import { CALL_MS, FAREWELL_MS, MAX_ENTRIES } from './constants.ts'
import { EntryInvalidError } from './errors.ts'
import { OwnRecord } from './own-record.ts'
import { Registries } from './registries.ts'
import type { AbortOptions, Logger, Startable } from '@libp2p/interface'
import type { Clock, EnrollOptions, Random, RegistryEntry } from '@waystone/interface'
import type { Filter } from '@waystone/wire/registry'
import type {
  OwnEntry,
  Registry,
  RegistryAnswer,
  RegistryChange,
  RegistryKinds,
  RegistryQueryOptions,
  RegistryWatchOptions
} from '../contract.ts'
import type { RegistryComponents, RegistryInit } from './contract.ts'
import type { ClientEngine } from './engine.ts'

/** Registers, asks and watches; loads what it takes when it is used first. */
export class RegistryNode implements Registry, Startable {
  readonly [Symbol.toStringTag] = '@waystone/registry'
  readonly #components: RegistryComponents
  readonly #init: RegistryInit
  readonly #clock: Clock
  readonly #random: Random
  readonly #log: Logger
  readonly #records = new Set<OwnRecord>()
  #known: Registries | undefined
  #loading: Promise<ClientEngine> | undefined
  #engine: ClientEngine | undefined
  #running = false

  constructor(components: RegistryComponents, init: RegistryInit) {
    this.#components = components
    this.#init = init
    this.#clock = init.clock ?? systemClock
    this.#random = init.random ?? systemRandom
    this.#log = components.logger.forComponent('waystone:registry')
  }

  start(): void {
    // peers cannot be asked before the node runs
  }

  afterStart(): void {
    if (this.#running) return
    this.#running = true
    this.#wake()
  }

  /** Takes back what is registered while connections are still there. */
  async beforeStop(): Promise<void> {
    if (!this.#running) return
    this.#running = false
    for (const record of this.#records) record.withdraw()
    using deadline = createDeadline({ ms: FAREWELL_MS, what: 'withdrawing records', clock: this.#clock })
    if (this.#records.size > 0) await this.#settle(deadline.signal)
  }

  async stop(): Promise<void> {
    await this.beforeStop()
    const engine = await this.#loading?.catch(() => undefined)
    await engine?.enrollments.stop()
    this.#known?.close()
    this.#known = undefined
    this.#loading = undefined
    this.#engine = undefined
    // entries of a node that starts again are its users' to make again
    this.#records.clear()
  }

  /** @throws EntryInvalidError */
  enroll(kind: string, payload: Uint8Array, options: EnrollOptions = {}): RegistryEntry {
    const { key = '', lifetime = RECORD_LIFETIME_MS } = options
    const record = new OwnRecord({ kind, key, payload, lifetime })
    this.#checkNew(record)
    this.#records.add(record)
    this.#wake()
    return {
      kind,
      key,
      heldBy: () => record.holders(this.#now()),
      update: changed => {
        record.update(changed)
        this.#wake()
      },
      withdraw: async ({ signal } = {}) => await this.#withdraw(record, signal)
    }
  }

  async query(kind: string, filter?: Filter, options: RegistryQueryOptions = {}): Promise<RegistryAnswer> {
    const { queries } = await this.#load()
    return await queries.query(kind, filter, options)
  }

  async *watch(kind: string, filter?: Filter, options: RegistryWatchOptions = {}): AsyncGenerator<RegistryChange> {
    const engine = await this.#load()
    const ending = new AbortController()
    const end = (): void => ending.abort(options.signal?.reason)
    options.signal?.addEventListener('abort', end, { once: true })
    if (options.signal?.aborted === true) end()
    try {
      yield* engine.watch({ kind, filter, resume: options.resume ?? '', signal: ending.signal }).changes()
    } finally {
      options.signal?.removeEventListener('abort', end)
      ending.abort()
    }
  }

  async kinds(options: AbortOptions = {}): Promise<RegistryKinds> {
    return await (await this.#load()).kinds(options)
  }

  own(): readonly OwnEntry[] {
    const now = this.#now()
    return Array.from(this.#records, record => record.describe(now))
  }

  #now(): number {
    return this.#engine?.enrollments.now() ?? this.#clock.now()
  }

  #checkNew({ kind, key }: OwnRecord): void {
    if (this.#records.size >= MAX_ENTRIES)
      throw new EntryInvalidError(`a node registers at most ${MAX_ENTRIES} records`)
    for (const known of this.#records) {
      if (known.kind !== kind || known.key !== key || known.withdrawn) continue
      throw new EntryInvalidError(`${kind} ${JSON.stringify(key)} is registered already`, {
        hint: 'update it, or give it another key'
      })
    }
  }

  async #withdraw(record: OwnRecord, signal: AbortSignal | undefined): Promise<void> {
    if (record.withdrawn) return
    record.withdraw()
    using deadline = createDeadline({ ms: CALL_MS, what: 'withdrawing a record', signal, clock: this.#clock })
    await this.#settle(deadline.signal)
    this.#records.delete(record)
  }

  /** Does what is to be done now, or as much of it as there is time for. */
  async #settle(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => resolve(), { once: true })
    await Promise.race([promise, this.#deliver()])
  }

  async #deliver(): Promise<void> {
    try {
      await (await this.#load()).enrollments.wake()
    } catch (error) {
      this.#log.error('records cannot be registered - %e', error)
    }
  }

  /** Nothing is loaded for a node that registers nothing. */
  #wake(): void {
    if (this.#running && this.#records.size > 0) void this.#deliver()
  }

  async #load(): Promise<ClientEngine> {
    this.#loading ??= this.#open().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return await this.#loading
  }

  async #open(): Promise<ClientEngine> {
    const { ClientEngine } = await import('./engine.ts')
    const parts = { components: this.#components, clock: this.#clock, random: this.#random }
    const { local, kinds, verify, registries, trust } = this.#init
    const known = new Registries({ ...parts, trust, onChange: () => this.#wake() })
    this.#known = known
    // who keeps a registry needs no other
    if (local === undefined) await known.listen()
    const init = { ...parts, known, records: this.#records, log: this.#log }
    this.#engine = await ClientEngine.load({ ...init, local, kinds, verify, registries })
    return this.#engine
  }
}
