import { listConnections } from '../admin/list-connections.ts'
import type { Clock } from '@waystone/interface'
import type { Connection, GetNodeResponse } from '@waystone/wire/admin'
import type { AskedNode } from '../admin/ask-node.ts'

/** What a node said of itself at one moment. */
export interface Snapshot {
  /** Monotonic, in milliseconds: for measuring between two snapshots. */
  atMs: number
  /** Wall time in milliseconds since the Unix epoch. */
  nowMs: number
  node: GetNodeResponse
  connections: Connection[]
}

/** Asks a node how it is right now. */
export async function takeSnapshot(asked: Pick<AskedNode, 'admin' | 'signal'>, clock: Clock): Promise<Snapshot> {
  const { admin, signal } = asked
  const [node, connections] = await Promise.all([admin.getNode({}, { signal }), listConnections(asked)])
  return { atMs: clock.monotonic(), nowMs: clock.now(), node, connections }
}
