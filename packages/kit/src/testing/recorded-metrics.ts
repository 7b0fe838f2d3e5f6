import type { Metrics } from '@libp2p/interface'

/** Metrics that remember what a test asks for: counts by label, and calculated gauges. */
export class RecordedMetrics {
  /** Counts by `name label`. */
  readonly counts = new Map<string, number>()
  readonly gauges = new Map<string, () => unknown>()

  count(name: string, label: string): number {
    return this.counts.get(`${name} ${label}`) ?? 0
  }

  toMetrics(): Metrics {
    const nothing = (): void => undefined
    const stop = (): (() => void) => nothing
    const idle = {
      update: nothing,
      increment: nothing,
      decrement: nothing,
      reset: nothing,
      observe: nothing,
      timer: stop
    }
    return {
      trackMultiaddrConnection: nothing,
      trackProtocolStream: nothing,
      traceFunction: <F>(_name: string, work: F): F => work,
      createTrace: () => undefined,
      registerMetric: (name: string, options?: { calculate?(): unknown }) => {
        if (options?.calculate !== undefined) this.gauges.set(name, () => options.calculate?.())
        return idle
      },
      registerMetricGroup: () => idle,
      registerCounter: () => idle,
      registerCounterGroup: (name: string) => ({
        ...idle,
        increment: (values: object) => {
          for (const label of Object.keys(values)) this.counts.set(`${name} ${label}`, this.count(name, label) + 1)
        }
      }),
      registerHistogram: () => idle,
      registerHistogramGroup: () => idle,
      registerSummary: () => idle,
      registerSummaryGroup: () => idle
    }
  }
}
