import { ALL_TRANSPORTS, startRole } from '../foundation/roles.ts'
import { startFixture } from '../fixture-process.ts'
import { fillRegistry, fixture } from './full-registry.ts'
import type { FixtureProcess } from '../fixture-process.ts'
import type { RoleInit, RunningNode } from '../foundation/roles.ts'
import type { RpcPeersInit } from './fixtures/rpc-peers.ts'

/** Records that one peer of the bench may have; the default is for peers that are not. */
const MAX_RECORDS_PER_PEER = 200

/** A seed whose registry is empty, or full. */
export async function startSeed(init: Partial<RoleInit> & { isFull?: boolean } = {}): Promise<RunningNode> {
  const { isFull = false, config = {}, ...rest } = init
  return await startRole({
    role: 'seed',
    transports: ALL_TRANSPORTS,
    ...rest,
    config: {
      registry: { maxRecordsPerPeer: MAX_RECORDS_PER_PEER, advertiseRelay: false },
      mdns: { enabled: false },
      ...config
    },
    ...(isFull && { fill: fillRegistry })
  })
}

/** Peers that call it, in one process. */
export async function startPeers(init: RpcPeersInit): Promise<FixtureProcess<object>> {
  return await startFixture<object>({ file: fixture('rpc-peers'), init })
}

/** The value that all but one in a hundred stay below. */
export function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN
}
