import { nameOf } from '@waystone/kit/error-fields'
import type { Metrics } from '@libp2p/interface'

export interface ServerCounts {
  /** A record that a peer brought: how it went, or why not. */
  registered: (outcome: string | Error) => void
  query: (outcome: 'ok' | Error) => void
}

export interface ServerGauges {
  records: () => number
  watchers: () => number
}

/** What is counted of a registry; nothing without metrics. */
export function serverCounts(metrics: Metrics | undefined, { records, watchers }: ServerGauges): ServerCounts {
  metrics?.registerMetric('waystone_registry_records', { help: 'Records that are held', calculate: records })
  metrics?.registerMetric('waystone_registry_watchers', { help: 'Watches that run', calculate: watchers })
  const registered = metrics?.registerCounterGroup('waystone_registry_registered_total', {
    label: 'outcome',
    help: 'Records that peers brought, by what became of them or the error'
  })
  const queries = metrics?.registerCounterGroup('waystone_registry_queries_total', {
    label: 'outcome',
    help: 'Queries, by how they ended'
  })
  return {
    registered: outcome => registered?.increment({ [labelOf(outcome)]: 1 }),
    query: outcome => queries?.increment({ [labelOf(outcome)]: 1 })
  }
}

function labelOf(outcome: string | Error): string {
  return typeof outcome === 'string' ? outcome : nameOf(outcome)
}
