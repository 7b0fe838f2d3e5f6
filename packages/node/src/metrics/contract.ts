import type { Clock } from '@waystone/interface'
import type { Libp2pInit } from 'libp2p'
import type { Config } from '../config/schema.ts'
import type { Refusal } from '../libp2p/inbound-gater.ts'
import type { LeaseSource } from './lease-metrics.ts'
import type { TrustSources } from './trust-metrics.ts'

export interface NodeMetricsInit {
  config: Config
  /** Asked at each scrape. */
  readiness: () => string[]
  trust: TrustSources
  /** Of the slot of the identity pool, if the node has one. */
  lease?: LeaseSource | undefined
  clock?: Clock
}

/** The metrics of one node in a registry of its own. */
export interface Prometheus {
  factory: NonNullable<Libp2pInit['metrics']>
  countRefusal: (reason: Refusal) => void
  render: () => Promise<string>
}
