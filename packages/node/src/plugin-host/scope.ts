import { NamespacedDatastore } from '@waystone/kit/namespaced-datastore'
import { DATASTORE_PREFIX } from './constants.ts'
import { FaultLog } from './fault-log.ts'
import { scopedClock } from './scoped-clock.ts'
import { scopedComponents } from './scoped-components.ts'
import { scopedMetrics } from './scoped-metrics.ts'
import { ScopedProtocols } from './scoped-protocols.ts'
import { scopedRpc } from './scoped-rpc.ts'
import { Withdrawals } from './withdrawals.ts'
import type { CounterGroup, Metrics } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'
import type { AdminEvents, Clock, Random } from '@waystone/interface'
import type { PluginParts } from '@waystone/plugin'
import type { Rpc } from '@waystone/rpc'
import type { Claims } from './claims.ts'
import type { NodeComponents } from '../plugins/plugin.ts'

/** What the node has and shares among its plugins. */
export interface Shared {
  components: NodeComponents & { registrar: Registrar; rpc: Rpc }
  metrics: Metrics | undefined
  /** Counts, by plugin, errors in what peers and timers called. */
  faultCounter: CounterGroup | undefined
  claims: { protocols: Claims; services: Claims }
  clock: Clock
  random: Random
  events: AdminEvents
  /** Aborts when the node is to stop, also while its plugins start. */
  stopping: AbortSignal | undefined
}

export interface ScopeInit extends Shared {
  name: string
  /** Names of the libp2p components that the plugin asks for. */
  wanted: readonly string[]
  withdrawals: Withdrawals
  faults: FaultLog
  /** Aborts when the plugin stops. */
  signal: AbortSignal
}

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
      events: { emit: (kind, detail) => shared.events.emit(`plugin:${name}:${kind}`, detail) },
      signal
    })
  }

  /** Nothing new reaches the plugin from here on. */
  async withdraw(): Promise<void> {
    this.#ending.abort(new Error('the plugin stops'))
    await this.#withdrawals.close()
  }

  /** Ends what the plugin left open when it stopped. */
  end(): void {
    this.#protocols.abortStreams(new Error('the plugin has stopped'))
  }
}
