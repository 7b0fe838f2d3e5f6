import { systemClock } from '@waystone/kit'
import { LateCalls } from './late-calls.ts'
import { lateMetrics } from './late-metrics.ts'
import type { Metrics, Startable } from '@libp2p/interface'
import type { Clock, Timer } from '@waystone/interface'
import type { Refusal } from '../libp2p/inbound-gater.ts'
import type { NodeMetricsInit, Prometheus } from './contract.ts'

/** Milliseconds from the start of a node until its metrics are loaded, unless somebody scrapes them before. */
const LOAD_AFTER_MS = 1_000

/** The metrics of one node in a registry of its own. */
export interface NodeMetrics {
  /** For libp2p and, through its components, for every service. */
  factory: Prometheus['factory']
  /** Counts an inbound connection that a limit per IP refused. */
  countRefusal: (reason: Refusal) => void
  contentType: string
  /** All metrics in the text format of Prometheus. */
  render: () => Promise<string>
}

/** Metrics whose libraries, a hundred modules, are loaded when the node is ready; until then what they are told waits. */
export function createNodeMetrics(init: NodeMetricsInit): NodeMetrics {
  const { clock = systemClock } = init
  const registry = new LateCalls<Prometheus>()
  let loading: Promise<Prometheus> | undefined
  const load = async (): Promise<Prometheus> => {
    const { createPrometheus } = await import('./prometheus.ts')
    const made = createPrometheus(init)
    registry.arrive(made)
    return made
  }
  const loaded = async (): Promise<Prometheus> => await (loading ??= load())
  return {
    factory: components => {
      const calls = new LateCalls<Metrics>()
      registry.call(({ factory }) => calls.arrive(factory(components)))
      return Object.assign(lateMetrics(calls, clock), afterStart(clock, loaded))
    },
    countRefusal: reason => registry.call(({ countRefusal }) => countRefusal(reason)),
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    render: async () => await (await loaded()).render()
  }
}

/** Called by libp2p, which starts and stops its metrics as it does its other parts. */
function afterStart(clock: Clock, load: () => Promise<unknown>): Startable {
  let timer: Timer | undefined
  return {
    start: () => {},
    // a scrape says what is wrong
    afterStart: () => void (timer = clock.setTimeout(() => void load().catch(() => {}), LOAD_AFTER_MS)),
    stop: () => timer?.clear()
  }
}
