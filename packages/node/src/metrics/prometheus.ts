import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { VERSION } from '../version.ts'
import { registerLeaseMetrics } from './lease-metrics.ts'
import { registerTrustMetrics } from './trust-metrics.ts'
import type { Config } from '../config/schema.ts'
import type { NodeMetricsInit, Prometheus } from './contract.ts'

/** libp2p's own metrics, the process's (with the event loop's delay) and `waystone_node_*` and `waystone_trust_*`. */
export function createPrometheus({ config, readiness, trust, lease }: NodeMetricsInit): Prometheus {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  registerInfo(registry, config)
  registerReady(registry, readiness)
  registerTrustMetrics(registry, trust)
  if (lease !== undefined) registerLeaseMetrics(registry, lease)
  return {
    factory: prometheusMetrics({ registry, collectDefaultMetrics: false, statfsLocation: config.dataDir }),
    countRefusal: createRefusalCounter(registry),
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

function createRefusalCounter(registry: Registry): Prometheus['countRefusal'] {
  const refused = new Counter({
    name: 'waystone_node_inbound_refused_total',
    help: 'Inbound connections refused by a limit per IP: too many new ones a second (rate) or too many open (open)',
    labelNames: ['reason'],
    registers: [registry]
  })
  for (const reason of ['rate', 'open']) refused.inc({ reason }, 0)
  return reason => refused.inc({ reason })
}
