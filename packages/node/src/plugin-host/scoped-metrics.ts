import type { Metrics } from '@libp2p/interface'
import type { PluginMetrics } from '@waystone/plugin'

const METHODS: readonly (keyof PluginMetrics)[] = [
  'registerMetric',
  'registerMetricGroup',
  'registerCounter',
  'registerCounterGroup',
  'registerHistogram',
  'registerHistogramGroup',
  'registerSummary',
  'registerSummaryGroup'
]

/** Metrics whose names begin with the plugin's. */
export function scopedMetrics(metrics: Metrics | undefined, plugin: string): PluginMetrics | undefined {
  if (metrics === undefined) return undefined
  const prefix = `waystone_plugin_${plugin.replaceAll('-', '_')}_`
  return new Proxy<PluginMetrics>(metrics, {
    get(target, key): unknown {
      const method = METHODS.find(name => name === key)
      if (method === undefined) return undefined
      return (name: string, options: object = {}): unknown =>
        Reflect.apply(target[method], target, [`${prefix}${name}`, options])
    }
  })
}
