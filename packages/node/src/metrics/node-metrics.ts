import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { VERSION } from '../version.ts'
import type { Config } from '../config/schema.ts'
import type { Libp2pInit } from 'libp2p'

/** The metrics of one node in a registry of its own. */
export interface NodeMetrics {
  /** For libp2p and, through its components, for every service. */
  factory: NonNullable<Libp2pInit['metrics']>
  contentType: string
  /** All metrics in the text format of Prometheus. */
  render: () => Promise<string>
}

export interface NodeMetricsInit {
  config: Config
  /** Asked at each scrape. */
  readiness: () => string[]
}

/** libp2p's own metrics, the process's (with the event loop's delay) and `waystone_node_*`. */
export function createNodeMetrics({ config, readiness }: NodeMetricsInit): NodeMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  registerInfo(registry, config)
  registerReady(registry, readiness)
  return {
    factory: prometheusMetrics({ registry, collectDefaultMetrics: false, statfsLocation: config.dataDir }),
    contentType: registry.contentType,
    render: () => registry.metrics()
  }
}

function registerInfo(registry: Registry, { role, network }: Config): void {
  const info = new Gauge({
    name: 'waystone_node_info',
    help: 'Always 1; role, network and version of this node',
    labelNames: ['role', 'network', 'version'],
    registers: [registry]
  })
  info.set({ role, network, version: VERSION }, 1)
}

function registerReady(registry: Registry, readiness: () => string[]): void {
  const ready: Gauge = new Gauge({
    name: 'waystone_node_ready',
    help: '1 if nothing is missing from /readyz',
    registers: [registry],
    collect: () => ready.set(readiness().length === 0 ? 1 : 0)
  })
}
