import { abortable, createDeadline } from '@waystone/kit'
import { messageOf, nameOf, toError } from '@waystone/kit/error-fields'
import { START_TIMEOUT_MS } from './constants.ts'
import { pluginFailure } from './errors.ts'
import { Scope } from './scope.ts'
import type { PluginInstance } from '@waystone/plugin'
import type { PluginPhase } from './errors.ts'
import type { LoadedPlugin } from './load-plugin.ts'
import type { PluginEntry } from './load-plugins.ts'
import type { Shared } from './scope-init.ts'
import type { PluginState, PluginStatus } from './status.ts'

interface Running {
  scope: Scope
  instance: PluginInstance
}

interface Step {
  phase: PluginPhase
  /** Milliseconds. */
  ms: number
  shared: Shared
}

/** One plugin, from its creation to its stop. */
export class PluginRun {
  readonly optional: boolean
  readonly #entry: PluginEntry
  readonly #stopTimeoutMs: number
  #state: PluginState = 'starting'
  #failure: Error | undefined
  #running: Running | undefined

  constructor(entry: PluginEntry, stopTimeoutMs: number) {
    this.optional = entry.optional
    this.#entry = entry
    this.#stopTimeoutMs = stopTimeoutMs
    if (entry.loaded instanceof Error) this.#fail(entry.loaded)
  }

  /** Its package is part of it, so that the operator finds the line in the config. */
  get label(): string {
    const { loaded, package: name } = this.#entry
    return loaded instanceof Error || loaded.name === name ? name : `${loaded.name} (${name})`
  }

  get state(): PluginState {
    return this.#state
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  status(): PluginStatus {
    const { loaded, package: own, optional } = this.#entry
    const { name, version } = loaded instanceof Error ? { name: own, version: '' } : loaded
    const failure = this.#failure && `${nameOf(this.#failure)}: ${messageOf(this.#failure)}`
    return { name, package: own, version, state: this.#state, failure, optional }
  }

  /**
   * Stopped again when it fails.
   *
   * @throws PluginFailedError, and what says by itself which plugin it means
   */
  async start(shared: Shared): Promise<void> {
    const { loaded } = this.#entry
    if (loaded instanceof Error) throw loaded
    this.#state = 'starting'
    this.#failure = undefined
    try {
      const running: Running = {
        scope: new Scope(shared, { name: loaded.name, wanted: loaded.components }),
        instance: {}
      }
      this.#running = running
      await this.#create(loaded, running, shared)
      await this.#within({ phase: 'start', ms: START_TIMEOUT_MS, shared }, () => running.instance.start?.())
      this.#state = 'running'
    } catch (error) {
      // the first error says more than what goes wrong while clearing up
      await this.stop(shared)
      throw this.#fail(toError(error))
    }
  }

  /** Safe twice and before `start()`. Never throws; what failed is in {@link failure}, and it counts as stopped. */
  async stop(shared: Shared): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    try {
      await this.#within({ phase: 'stop', ms: this.#stopTimeoutMs, shared }, async () => {
        await running.scope.withdraw()
        await running.instance.stop?.()
      })
    } catch (error) {
      this.#failure = toError(error)
    }
    running.scope.end()
    this.#state = 'stopped'
  }

  async #create(loaded: LoadedPlugin, running: Running, shared: Shared): Promise<void> {
    const creating = (async () => await loaded.create(running.scope.parts))()
    try {
      running.instance = (await this.#within({ phase: 'create', ms: START_TIMEOUT_MS, shared }, () => creating)) ?? {}
    } catch (error) {
      // one that comes after its time is not left to run
      void creating.then(late => late?.stop?.()).catch(() => {})
      throw error
    }
  }

  async #within<T>({ phase, ms, shared }: Step, work: () => T | Promise<T>): Promise<T> {
    // the stop itself must not end with what begins it
    const signal = phase === 'stop' ? undefined : shared.stopping
    using deadline = createDeadline({ ms, what: phase, signal, clock: shared.clock })
    try {
      return await abortable((async () => await work())(), deadline.signal)
    } catch (cause) {
      throw pluginFailure(this.label, phase, cause)
    }
  }

  #fail(failure: Error): Error {
    this.#state = 'failed'
    this.#failure = failure
    return failure
  }
}
