import type { CounterGroup, Metric, Metrics } from '@libp2p/interface'

/** How a start went. */
export type StartResult = 'good_peers' | 'too_few' | 'none_known'
/** What became of a record that a seed handed out. */
export type RecordResult =
  | 'accepted'
  | 'invalid'
  | 'stale'
  | 'blocked'
  | 'self'
  | 'unreachable'
  | 'repeated'
  | 'similar'
/** How a dial of a sampled or good peer, or a dial back, ended. */
export type DialOutcome = 'reached' | 'failed'
export type ProbeResult = DialOutcome | 'no_record' | 'other_ip' | 'blocked'
/** How asking a seed ended. */
export type AskResult = 'answered' | 'failed' | 'too_many'
/** How a call of this node was answered. */
export type AnswerResult = 'answered' | 'peer_limit' | 'network_limit'

interface Groups {
  start: StartResult
  first_dials: DialOutcome
  sampled_dials: DialOutcome
  records: RecordResult
  asked_seeds: AskResult
  probes: ProbeResult
  answers: AnswerResult
}

const HELP: readonly (readonly [name: keyof Groups, help: string])[] = [
  ['start', 'Starts by whether good peers of earlier runs were enough'],
  ['first_dials', 'Dials of good peers of earlier runs, by result'],
  ['sampled_dials', 'Dials of peers that seeds handed out, by result'],
  ['records', 'Records that seeds handed out, by what became of them'],
  ['asked_seeds', 'Calls of seeds for a sample, by result'],
  ['probes', 'Dials back of connected peers, by result'],
  ['answers', 'Calls for a sample that were served or refused']
]

export interface Gauges {
  good: () => number
  pool: () => number
}

/** Counts nothing without metrics. */
export class BootstrapMetrics {
  readonly #groups = new Map<keyof Groups, CounterGroup>()
  #overlap: Metric | undefined

  /** Once for a node, however often it starts. */
  register(metrics: Metrics | undefined, { good, pool }: Gauges): void {
    if (metrics === undefined || this.#overlap !== undefined) return
    for (const [name, help] of HELP) {
      const group = metrics.registerCounterGroup(`waystone_bootstrap_${name}_total`, { label: 'result', help })
      this.#groups.set(name, group)
    }
    const text = 'Part of the smaller sample that the other seed of the last round named too'
    this.#overlap = metrics.registerMetric('waystone_bootstrap_sample_overlap_ratio', { help: text })
    const kept = { help: 'Good peers that are remembered', calculate: good }
    metrics.registerMetric('waystone_bootstrap_good_peers', kept)
    metrics.registerMetric('waystone_bootstrap_pool_peers', {
      help: 'Peers that were dialled back lately',
      calculate: pool
    })
  }

  count<G extends keyof Groups>(group: G, result: Groups[G], n = 1): void {
    this.#groups.get(group)?.increment({ [result]: n })
  }

  /** @param ratio - from 0 to 1 */
  overlap(ratio: number): void {
    this.#overlap?.update(ratio)
  }
}
