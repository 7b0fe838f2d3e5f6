import { LateCalls } from './late-calls.ts'
import type { Metrics } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'

/** What counters, gauges, histograms, summaries and groups of them can do, each some of it. */
interface Recorder {
  update(value: unknown): void
  increment(value?: unknown): void
  decrement(value?: unknown): void
  observe(value: unknown): void
  reset(): void
  timer(key?: string): () => void
}

/** Metrics that are there before what keeps them is loaded. */
export function lateMetrics(calls: LateCalls<Metrics>, clock: Clock): Metrics {
  const register =
    (kind: `register${string}` & keyof Metrics) =>
    (name: string, options?: object): Recorder => {
      const recorder = new LateCalls<Recorder>()
      // one that is calculated at each scrape is not told anything
      calls.call(metrics => recorder.arrive(Reflect.apply(metrics[kind], metrics, [name, options])))
      return lateRecorder(recorder, { clock, observes: /Histogram|Summary/.test(kind) })
    }
  return {
    trackMultiaddrConnection: connection => calls.call(metrics => metrics.trackMultiaddrConnection(connection)),
    trackProtocolStream: stream => calls.call(metrics => metrics.trackProtocolStream(stream)),
    traceFunction: <F>(_name: string, work: F): F => work,
    createTrace: () => undefined,
    registerMetric: register('registerMetric'),
    registerMetricGroup: register('registerMetricGroup'),
    registerCounter: register('registerCounter'),
    registerCounterGroup: register('registerCounterGroup'),
    registerHistogram: register('registerHistogram'),
    registerHistogramGroup: register('registerHistogramGroup'),
    registerSummary: register('registerSummary'),
    registerSummaryGroup: register('registerSummaryGroup')
  }
}

interface RecorderInit {
  clock: Clock
  /** Whether a timer ends in an observation: that of a gauge sets it. */
  observes: boolean
}

function lateRecorder(calls: LateCalls<Recorder>, { clock, observes }: RecorderInit): Recorder {
  const timer = (key?: string) => {
    const startedAt = clock.monotonic()
    return () => {
      const seconds = (clock.monotonic() - startedAt) / 1_000
      const value = key === undefined ? seconds : { [key]: seconds }
      calls.call(recorder => (observes ? recorder.observe(value) : recorder.update(value)))
    }
  }
  return {
    update: value => calls.call(recorder => recorder.update(value)),
    increment: value => calls.call(recorder => recorder.increment(value)),
    decrement: value => calls.call(recorder => recorder.decrement(value)),
    observe: value => calls.call(recorder => recorder.observe(value)),
    reset: () => calls.call(recorder => recorder.reset()),
    timer
  }
}
