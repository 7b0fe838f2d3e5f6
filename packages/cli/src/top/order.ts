import type { Connection } from '@waystone/wire/admin'
import type { Rates } from './rates.ts'

/** What connections are sorted by: the busiest, the peer ids, or the oldest first. */
export type Order = 'bytes' | 'name' | 'age'

/** The key for each order. */
export const ORDER_KEYS: Readonly<Record<string, Order>> = { b: 'bytes', n: 'name', a: 'age' }

/** Connections in an order that does not change while they do not. */
export function ordered(connections: readonly Connection[], order: Order, rates: Rates | undefined): Connection[] {
  const byOrder: Record<Order, (a: Connection, b: Connection) => number> = {
    bytes: (a, b) => rateOf(b, rates) - rateOf(a, rates) || bytesOf(b) - bytesOf(a),
    name: () => 0,
    age: (a, b) => Number(a.openedAtMs - b.openedAtMs)
  }
  return connections.toSorted((a, b) => byOrder[order](a, b) || compare(a.peer, b.peer) || compare(a.id, b.id))
}

function rateOf({ id }: Connection, rates: Rates | undefined): number {
  const { received = 0, sent = 0 } = rates?.connections.get(id) ?? {}
  return received + sent
}

function bytesOf({ bytesReceived, bytesSent }: Connection): number {
  return Number(bytesReceived + bytesSent)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
