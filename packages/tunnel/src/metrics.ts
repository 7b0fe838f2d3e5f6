import type { Metrics } from '@libp2p/interface'

/** What tunnels report; without a metrics system it goes nowhere. */
export interface TunnelMetrics {
  bytes(direction: 'sent' | 'received', count: number): void
  /** How a tunnel ended: `closed`, or the name of an error. */
  ended(side: 'expose' | 'forward', outcome: string): void
  /** A connection or a stream that became no tunnel, by the name of an error. */
  refused(side: 'expose' | 'forward', reason: string): void
}

/** @param open - counts the tunnels that are open */
export function tunnelMetrics(metrics: Metrics | undefined, open: () => number): TunnelMetrics {
  metrics?.registerMetric('waystone_tunnel_open', { calculate: open })
  const sent = metrics?.registerCounter('waystone_tunnel_sent_bytes_total')
  const received = metrics?.registerCounter('waystone_tunnel_received_bytes_total')
  const exposed = metrics?.registerCounterGroup('waystone_tunnel_exposed_total', { label: 'outcome' })
  const forwarded = metrics?.registerCounterGroup('waystone_tunnel_forwarded_total', { label: 'outcome' })
  const refused = metrics?.registerCounterGroup('waystone_tunnel_refused_total', { label: 'reason' })
  const failed = metrics?.registerCounterGroup('waystone_tunnel_failed_total', { label: 'reason' })
  return {
    bytes: (direction, count) => (direction === 'sent' ? sent : received)?.increment(count),
    ended: (side, outcome) => (side === 'expose' ? exposed : forwarded)?.increment({ [outcome]: true }),
    refused: (side, reason) => (side === 'expose' ? refused : failed)?.increment({ [reason]: true })
  }
}
