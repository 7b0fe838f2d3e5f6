import { create } from '@bufbuild/protobuf'
import { ConnectionSchema, Direction, GetNodeResponseSchema, Path } from '@waystone/wire/admin'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Snapshot } from '../../src/top/snapshot.ts'

export const PEER = '12D3KooWEaF3YrCC5h8CDM85AvYrVUXqL5Ljua9AL2aYdC6D6oLp'

interface SnapshotInit {
  atMs?: number
  node?: MessageInitShape<typeof GetNodeResponseSchema>
  connections?: MessageInitShape<typeof ConnectionSchema>[]
}

/** What a node said at a moment, as a test wants it. */
export function snapshot({ atMs = 0, node = {}, connections = [] }: SnapshotInit = {}): Snapshot {
  const told = { role: 'relay', peerId: PEER, network: 'e2e', ready: true, ...node }
  const common = { peer: PEER, path: Path.DIRECT, transport: 'tcp', direction: Direction.INBOUND }
  return {
    atMs,
    nowMs: 100_000,
    node: create(GetNodeResponseSchema, told),
    connections: connections.map((each, index) =>
      create(ConnectionSchema, { id: String(index), ...common, openedAtMs: 40_000n, ...each })
    )
  }
}
