import type { Snapshot } from './snapshot.ts'

/** Bytes a second. */
export interface Rate {
  received: number
  sent: number
}

export interface Rates {
  total: Rate
  /** By id of the connection. */
  connections: ReadonlyMap<string, Rate>
}

interface Counters {
  bytesReceived: bigint
  bytesSent: bigint
}

const NOTHING: Counters = { bytesReceived: 0n, bytesSent: 0n }

/** How fast bytes flowed between two snapshots; nothing if no time has passed between them. */
export function ratesBetween(earlier: Snapshot | undefined, later: Snapshot): Rates | undefined {
  const seconds = earlier === undefined ? 0 : (later.atMs - earlier.atMs) / 1_000
  if (earlier === undefined || seconds <= 0) return undefined
  // another process: its counters have nothing to do with those before
  if (earlier.node.startedAtMs !== later.node.startedAtMs) return undefined
  const before = new Map(earlier.connections.map(connection => [connection.id, connection]))
  const connections = later.connections.map(
    // one that is new has carried all its bytes since
    connection => [connection.id, rateOf(before.get(connection.id) ?? NOTHING, connection, seconds)] as const
  )
  return { total: rateOf(earlier.node, later.node, seconds), connections: new Map(connections) }
}

function rateOf(before: Counters, after: Counters, seconds: number): Rate {
  return {
    received: perSecond(before.bytesReceived, after.bytesReceived, seconds),
    sent: perSecond(before.bytesSent, after.bytesSent, seconds)
  }
}

function perSecond(before: bigint, after: bigint, seconds: number): number {
  return Math.max(0, Number(after - before)) / seconds
}
