import type { Metrics } from '@libp2p/interface'

const nothing = (): void => {}
const metric = {
  update: nothing,
  increment: nothing,
  decrement: nothing,
  reset: nothing,
  observe: nothing,
  timer: () => nothing
}

/** Metrics that keep nothing: libp2p tells only its metrics of every connection and stream. */
export function silentMetrics(): Metrics {
  return {
    trackMultiaddrConnection: nothing,
    trackProtocolStream: nothing,
    traceFunction: <F>(_name: string, work: F): F => work,
    createTrace: () => undefined,
    registerMetric: () => metric,
    registerMetricGroup: () => metric,
    registerCounter: () => metric,
    registerCounterGroup: () => metric,
    registerHistogram: () => metric,
    registerHistogramGroup: () => metric,
    registerSummary: () => metric,
    registerSummaryGroup: () => metric
  }
}
