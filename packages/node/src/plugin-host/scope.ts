import { NamespacedDatastore } from '@waystone/kit/namespaced-datastore'
import { DATASTORE_PREFIX } from './constants.ts'
import { PluginStoppedError } from './errors.ts'
import { FaultLog } from './fault-log.ts'
import { scopedClock } from './scoped-clock.ts'
import { scopedComponents } from './scoped-components.ts'
import { scopedEvents } from './scoped-events.ts'
import { scopedMetrics } from './scoped-metrics.ts'
import { ScopedProtocols } from './scoped-protocols.ts'
import { scopedRpc } from './scoped-rpc.ts'
import { Withdrawals } from './withdrawals.ts'
import type { PluginParts } from '@waystone/plugin'
import type { ScopeInit, Shared } from './scope-init.ts'

/** All that one plugin has of its node, from its creation to its stop. */
export class Scope {
  readonly parts: PluginParts
  readonly #ending = new AbortController()
  readonly #withdrawals: Withdrawals
  readonly #protocols: ScopedProtocols

  /** @throws PluginComponentRefusedError */
  constructor(shared: Shared, { name, wanted }: { name: string; wanted: readonly string[] }) {
    const { signal } = this.#ending
    const log = shared.components.logger.forComponent(`waystone:plugin:${name}`)
    const faults = new FaultLog({ name, log, clock: shared.clock, counter: shared.faultCounter })
    this.#withdrawals = new Withdrawals(name, error => faults.report('withdrawing', error))
    const init: ScopeInit = { ...shared, name, wanted, withdrawals: this.#withdrawals, faults, signal }
    this.#protocols = new ScopedProtocols(init)
    this.parts = Object.freeze<PluginParts>({
      name,
      components: scopedComponents(init),
      rpc: scopedRpc(init),
      protocols: this.#protocols,
      datastore: new NamespacedDatastore(shared.components.datastore, `${DATASTORE_PREFIX}/${name}`),
      log,
      metrics: scopedMetrics(shared.metrics, name),
      clock: scopedClock(shared.clock, faults, signal),
      random: shared.random,
      events: scopedEvents(init),
      signal
    })
  }

  /** Nothing new reaches the plugin from here on. */
  async withdraw(): Promise<void> {
    this.#ending.abort(new PluginStoppedError(`the plugin ${this.parts.name} has stopped`))
    await this.#withdrawals.close()
  }

  /** Ends what the plugin left open when it stopped. */
  end(): void {
    this.#protocols.abortStreams(new Error('the plugin has stopped'))
  }
}
