import { ManualClock } from '@waystone/kit/testing'
import { expect, it } from 'vitest'
import { LateCalls } from '../src/metrics/late-calls.ts'
import { lateMetrics } from '../src/metrics/late-metrics.ts'
import type { Logger, Metrics } from '@libp2p/interface'

const quiet: Logger = Object.assign(() => {}, {
  error: () => {},
  trace: () => {},
  enabled: false,
  newScope: () => quiet
})

async function prometheus(): Promise<{ metrics: Metrics; text: () => Promise<string> }> {
  const [{ prometheusMetrics }, { Registry }] = await Promise.all([
    import('@libp2p/prometheus-metrics'),
    import('prom-client')
  ])
  const registry = new Registry()
  const make = prometheusMetrics({ registry, collectDefaultMetrics: false })
  return { metrics: make({ logger: { forComponent: () => quiet } }), text: async () => await registry.metrics() }
}

it('keeps what it is told until the library is there, and passes on what comes later', async () => {
  const clock = new ManualClock()
  const calls = new LateCalls<Metrics>()
  const late = lateMetrics(calls, clock)
  const counter = late.registerCounter('late_total')
  const byKind = late.registerCounterGroup('late_kinds_total', { label: 'kind' })
  const gauge = late.registerMetric('late_gauge')
  const histogram = late.registerHistogram('late_seconds', { buckets: [1, 5] })
  late.registerMetric('late_calculated', { calculate: () => 7 })
  const stop = histogram.timer()
  counter.increment()
  counter.increment(2)
  byKind.increment({ a: true, b: 4 })
  gauge.update(3)
  gauge.decrement()
  await clock.advance(3_000)
  stop()
  const { metrics, text } = await prometheus()
  calls.arrive(metrics)
  counter.increment(4)
  gauge.timer()()
  const lines = (await text()).split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'late_total 7',
      'late_kinds_total{kind="a"} 1',
      'late_kinds_total{kind="b"} 4',
      'late_gauge 0',
      'late_seconds_bucket{le="1"} 0',
      'late_seconds_bucket{le="5"} 1',
      'late_seconds_sum 3',
      'late_calculated 7'
    ])
  )
})
