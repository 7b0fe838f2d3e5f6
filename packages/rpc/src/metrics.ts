import type { Metrics } from '@libp2p/interface'

export interface RpcMetrics {
  ended(path: string, outcome: string): void
}

export function rpcMetrics(metrics: Metrics | undefined, running: () => number): RpcMetrics {
  const calls = metrics?.registerCounterGroup('waystone_rpc_calls_total', {
    label: 'outcome',
    help: 'RPC calls of peers that have ended, by outcome'
  })
  metrics?.registerMetric('waystone_rpc_running_calls', { help: 'RPC calls of peers that run', calculate: running })
  return { ended: (_, outcome) => calls?.increment({ [outcome]: true }) }
}
