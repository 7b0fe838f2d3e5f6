import type { CounterGroup, Metrics } from '@libp2p/interface'

export interface SyncCounts {
  round: (outcome: 'agreed' | 'behind' | 'invalid' | 'lost') => void
  record: (result: 'taken' | 'held' | 'refused' | 'outdated' | 'invalid') => void
}

/** What is counted of keeping registries equal; nothing without metrics. */
export function syncCounts(metrics: Metrics | undefined): SyncCounts {
  const rounds = metrics?.registerCounterGroup('waystone_registry_sync_rounds_total', {
    label: 'outcome',
    help: 'Comparisons with other registries, by how they ended'
  })
  const records = metrics?.registerCounterGroup('waystone_registry_sync_records_total', {
    label: 'result',
    help: 'Records that other registries brought, by what became of them'
  })
  const add = (group: CounterGroup | undefined, label: string): void => group?.increment({ [label]: 1 })
  return { round: outcome => add(rounds, outcome), record: result => add(records, result) }
}
