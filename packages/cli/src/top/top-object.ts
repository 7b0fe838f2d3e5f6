import { ConnectionSchema } from '@waystone/wire/admin'
import { plainMessage } from '../api/plain-message.ts'
import type { TopModel } from './render.ts'

/** A snapshot with its rates, in bytes a second, for programs. */
export function topObject({ snapshot: { node, connections, nowMs }, rates }: TopModel): Record<string, unknown> {
  return {
    atMs: nowMs,
    peerId: node.peerId,
    ready: node.ready,
    peers: new Set(connections.map(({ peer }) => peer)).size,
    circuits: node.circuits,
    memoryBytes: Number(node.memoryBytes),
    bytesReceived: Number(node.bytesReceived),
    bytesSent: Number(node.bytesSent),
    rate: rates?.total,
    connections: connections.map(connection => ({
      ...plainMessage(ConnectionSchema, connection),
      rate: rates?.connections.get(connection.id)
    }))
  }
}
