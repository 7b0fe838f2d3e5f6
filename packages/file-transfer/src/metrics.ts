import type { Metrics } from '@libp2p/interface'

/** What a transfer reports; without a metrics system it goes nowhere. */
export interface TransferMetrics {
  sentBytes(count: number): void
  receivedBytes(count: number): void
  /** How a transfer ended: `sent`, `received`, or the name of an error. */
  ended(direction: 'inbound' | 'outbound', outcome: string): void
  refused(reason: string): void
}

export function transferMetrics(metrics: Metrics | undefined): TransferMetrics {
  const sent = metrics?.registerCounter('waystone_file_transfer_sent_bytes_total')
  const received = metrics?.registerCounter('waystone_file_transfer_received_bytes_total')
  const outbound = metrics?.registerCounterGroup('waystone_file_transfer_outbound_total', { label: 'outcome' })
  const inbound = metrics?.registerCounterGroup('waystone_file_transfer_inbound_total', { label: 'outcome' })
  const refused = metrics?.registerCounterGroup('waystone_file_transfer_refused_total', { label: 'reason' })
  return {
    sentBytes: count => sent?.increment(count),
    receivedBytes: count => received?.increment(count),
    ended: (direction, outcome) => (direction === 'inbound' ? inbound : outbound)?.increment({ [outcome]: true }),
    refused: reason => refused?.increment({ [reason]: true })
  }
}
