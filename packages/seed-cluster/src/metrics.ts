import type { CounterGroup, Metrics } from '@libp2p/interface'
import type { Members } from './members.ts'

export type HelloResult = 'answered' | 'taken' | 'failed' | 'not_a_member' | 'no_file' | 'too_many' | 'invalid'
export type RecordResult = 'taken' | 'invalid' | 'not_a_member' | 'old'
export type FaultKind = 'false_sequence' | 'clock' | 'duplicate' | 'unproven_duplicate'

/** Counts for the operator; without metrics nothing is counted. */
export class ClusterMetrics {
  readonly #hellos: CounterGroup | undefined
  readonly #records: CounterGroup | undefined
  readonly #faults: CounterGroup | undefined

  constructor(metrics: Metrics | undefined, members: Pick<Members, 'all' | 'connected' | 'sequence'>) {
    if (metrics === undefined) return
    const group = (what: string, label: string, help: string): CounterGroup =>
      metrics.registerCounterGroup(`waystone_seed_cluster_${what}_total`, { label, help })
    this.#hellos = group('hellos', 'result', 'Hellos between members, both directions, by result')
    this.#records = group('records', 'result', 'Peer records of members that members handed on, by result')
    this.#faults = group('faults', 'kind', 'What was found wrong with members, by kind')
    const gauge = (what: string, help: string, calculate: () => number): void => {
      metrics.registerMetric(`waystone_seed_cluster_${what}`, { help, calculate })
    }
    gauge('members', 'Nodes in the trust file of the cluster', () => members.all.length)
    gauge('connected_members', 'Other members that are connected', () => members.connected().size)
    gauge('file_sequence', 'Sequence of the trust file that is in use, 0 without one', () => Number(members.sequence))
  }

  hello(result: HelloResult): void {
    this.#hellos?.increment({ [result]: 1 })
  }

  record(result: RecordResult): void {
    this.#records?.increment({ [result]: 1 })
  }

  fault(kind: FaultKind): void {
    this.#faults?.increment({ [kind]: 1 })
  }
}
