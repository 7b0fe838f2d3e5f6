import type { Metrics } from '@libp2p/interface'
import type { CallOutcome } from './outcome.ts'

const BUCKETS_S = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60]

export interface RpcMetrics {
  ended(outcome: CallOutcome, seconds: number): void
  streamRefused(): void
}

/** No label holds anything that a peer chose. */
export function rpcMetrics(metrics: Metrics | undefined, running: () => number): RpcMetrics {
  const calls = metrics?.registerCounterGroup('waystone_rpc_calls_total', {
    label: 'outcome',
    help: 'RPC calls of peers that have ended, by outcome'
  })
  const duration = metrics?.registerHistogram('waystone_rpc_call_seconds', {
    help: 'How long RPC calls of peers took',
    buckets: BUCKETS_S
  })
  const refused = metrics?.registerCounter('waystone_rpc_refused_streams_total', {
    help: 'Streams of peers that had too many open'
  })
  metrics?.registerMetric('waystone_rpc_running_calls', { help: 'RPC calls of peers that run', calculate: running })
  return {
    ended: (outcome, seconds) => {
      calls?.increment({ [outcome]: true })
      duration?.observe(seconds)
    },
    streamRefused: () => refused?.increment()
  }
}
