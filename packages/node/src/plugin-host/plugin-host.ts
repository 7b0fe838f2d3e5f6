import { Claims } from './claims.ts'
import { STOP_SHARE } from './constants.ts'
import { PluginFailedError } from './errors.ts'
import { PluginRun } from './plugin-run.ts'
import type { Logger, Startable } from '@libp2p/interface'
import type { Config } from '../config/schema.ts'
import type { NodeComponents, PluginContext } from '../plugins/plugin.ts'
import type { PluginEntry } from './load-plugins.ts'
import type { Shared } from './scope-init.ts'
import type { PluginStatus } from './status.ts'

export interface PluginHostInit extends Pick<PluginContext, 'clock' | 'random' | 'events' | 'stopping'> {
  shutdown: Config['shutdown']
  entries: readonly PluginEntry[]
}

/** Runs the plugins of a node: after its services have started, and until before they stop. */
export class PluginHost implements Startable {
  readonly [Symbol.toStringTag] = '@waystone/plugin-host'
  readonly #components: NodeComponents
  readonly #init: PluginHostInit
  readonly #runs: readonly PluginRun[]
  readonly #log: Logger
  #shared: Shared | undefined
  #hasStarted = false

  constructor(components: NodeComponents, init: PluginHostInit) {
    const stopTimeoutMs = (init.shutdown.deadline * STOP_SHARE) / init.entries.length
    this.#components = components
    this.#init = init
    this.#runs = init.entries.map(entry => new PluginRun(entry, stopTimeoutMs))
    this.#log = components.logger.forComponent('waystone:plugins')
  }

  /** In the order of the config. */
  status(): PluginStatus[] {
    return this.#runs.map(run => run.status())
  }

  // all of it happens in afterStart and beforeStop, which libp2p calls only for what has these two
  start(): void {}
  stop(): void {}

  /** @throws what keeps a plugin that is not optional from running */
  async afterStart(): Promise<void> {
    if (this.#hasStarted) return
    const shared = (this.#shared ??= this.#share())
    for (const run of this.#runs) await this.#start(run, shared)
    this.#hasStarted = true
  }

  /** Ends them all, the last one first. Nothing is thrown: libp2p would leave its own parts running. */
  async beforeStop(): Promise<void> {
    const shared = this.#shared
    if (shared === undefined) return
    for (const run of this.#runs.toReversed()) await this.#stop(run, shared)
  }

  /** @throws PluginFailedError - what failed in its stop, now that the rest has stopped too */
  async afterStop(): Promise<void> {
    const failures = this.#runs.flatMap(({ state, failure }) => (state === 'stopped' ? (failure ?? []) : []))
    const wasRunning = this.#hasStarted
    this.#hasStarted = false
    if (!wasRunning || failures.length === 0) return
    throw new PluginFailedError(failures.map(({ message }) => message).join('; '), {
      cause: new AggregateError(failures)
    })
  }

  async #start(run: PluginRun, shared: Shared): Promise<void> {
    try {
      await run.start(shared)
      this.#log('plugin %s runs', run.label)
      this.#tell('plugin:start', run)
    } catch (error) {
      this.#tell('plugin:fail', run)
      if (!run.optional) throw error
      this.#log.error('the node runs without the plugin %s - %e', run.label, error)
    }
  }

  async #stop(run: PluginRun, shared: Shared): Promise<void> {
    if (run.state !== 'running') return
    await run.stop(shared)
    if (run.failure !== undefined) this.#log.error('%e', run.failure)
    this.#tell('plugin:stop', run)
  }

  #tell(kind: string, run: PluginRun): void {
    const { name, package: own, failure } = run.status()
    this.#init.events.emit(kind, { name, package: own, ...(failure !== undefined && { failure }) })
  }

  #share(): Shared {
    const { clock, random, events, stopping } = this.#init
    const { metrics } = this.#components
    return {
      components: this.#components,
      metrics,
      faultCounter: metrics?.registerCounterGroup('waystone_plugins_faults_total', {
        label: 'plugin',
        help: 'Errors thrown by handlers, listeners and timers of plugins'
      }),
      claims: { protocols: new Claims(), services: new Claims() },
      clock,
      random,
      events,
      stopping
    }
  }
}
