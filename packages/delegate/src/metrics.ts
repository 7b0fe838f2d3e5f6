import type { Metrics } from '@libp2p/interface'

/** What delegates report; without a metrics system it goes nowhere. */
export interface DelegateMetrics {
  /** A call was served. */
  served(method: string): void
  /** A call was refused or failed, by the name of an error. */
  refused(reason: string): void
  /** Bytes of blocks that went to callers. */
  bytes(count: number): void
  /** How a delegate answered this node: `ok`, `lied`, or `failed`. */
  asked(outcome: 'ok' | 'lied' | 'failed'): void
}

/** @param provided - counts what thin clients have announced here */
export function delegateMetrics(metrics: Metrics | undefined, provided: () => number): DelegateMetrics {
  metrics?.registerMetric('waystone_delegate_provided', { calculate: provided })
  const calls = metrics?.registerCounterGroup('waystone_delegate_calls_total', { label: 'method' })
  const refused = metrics?.registerCounterGroup('waystone_delegate_refused_total', { label: 'reason' })
  const bytes = metrics?.registerCounter('waystone_delegate_sent_bytes_total')
  const asked = metrics?.registerCounterGroup('waystone_delegate_asked_total', { label: 'outcome' })
  return {
    served: method => calls?.increment({ [method]: true }),
    refused: reason => refused?.increment({ [reason]: true }),
    bytes: count => bytes?.increment(count),
    asked: outcome => asked?.increment({ [outcome]: true })
  }
}
