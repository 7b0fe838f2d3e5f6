import { peerIdFromString } from '@libp2p/peer-id'
import { systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { MemoryDatastore } from 'datastore-core'
import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { newestList } from '../../src/cluster/newest-list.ts'
import { onSlotUnlisted } from '../../src/identity-pool/on-slot-unlisted.ts'
import { scratchFolder } from '../identity/scratch-folder.ts'
import { newPool } from '../identity-pool/pools.ts'
import { localConfig, startLocalNode } from '../local-node.ts'
import { peerOf } from './cluster-file.ts'
import { shippedCluster } from './running-cluster.ts'
import type { PeerId } from '@libp2p/interface'
import type { ConfigInput } from '../../src/config/schema.ts'

const MINUTE = 60_000

interface Pool {
  ids: PeerId[]
  identity: ConfigInput['identity']
}

async function poolOf(size: number): Promise<Pool> {
  const { folder, ids } = await newPool({ size })
  const identity = { pool: { folder, lease: { directory: await scratchFolder(), duration: '30000ms' } } }
  return { ids: ids.map(id => peerIdFromString(id)), identity }
}

test('a seed takes no slot that the newest list lacks, shipped or known from before', { timeout: MINUTE }, async () => {
  const { ids, identity } = await poolOf(3)
  const [gone, ...left] = ids as [PeerId, ...PeerId[]]
  const datastore = new MemoryDatastore()
  const shipped = { cluster: await shippedCluster(left, 2n), identity }
  const older = { cluster: await shippedCluster(ids, 1n), identity }
  for (const config of [shipped, older]) {
    await using seed = await startLocalNode('seed', config, { datastore })
    expect(seed.node.libp2p.peerId.toString()).not.toBe(gone.toString())
    expect(seed.node.libp2p.peerId.toString()).toBe(left[0]?.toString())
  }
})

test('a relay need not be on the list, and a list that is damaged keeps nobody out', { timeout: MINUTE }, async () => {
  const { ids, identity } = await poolOf(2)
  const cluster = await shippedCluster(ids.slice(1))
  await using relay = await startLocalNode('relay', { cluster, identity })
  expect(relay.node.libp2p.peerId.toString()).toBe(ids[0]?.toString())
  await writeFile(cluster?.record ?? '', 'no record')
  const config = localConfig('seed', { cluster })
  expect(await newestList({ config, datastore: new MemoryDatastore(), clock: systemClock })).toBeUndefined()
})

test('a seed whose slot is taken off the list while it runs ends with an error', { timeout: MINUTE }, async () => {
  const { ids, identity } = await poolOf(2)
  const failures: unknown[] = []
  const init = { onFailure: (error: unknown): void => void failures.push(error) }
  const [cluster, next] = [await shippedCluster(ids, 1n), await shippedCluster(ids.slice(1), 2n)]
  await using other = await startLocalNode('seed', { cluster: next, identity })
  expect(other.node.libp2p.peerId.toString()).toBe(ids[1]?.toString())
  await using seed = await startLocalNode('seed', { cluster, identity, seeds: other.addresses }, init)
  expect(seed.node.libp2p.peerId.toString()).toBe(ids[0]?.toString())
  await until(() => failures.length > 0, { ms: MINUTE })
  expect(failures).toMatchObject([{ name: 'SlotUnlistedError', exitCode: 1, hint: expect.any(String) }])
})

test('a list that is older than the one of the start says nothing of the slot', async () => {
  const self = await peerOf(10)
  const calls = new Set<() => void>()
  const file = { sequence: 3n, validUntil: 0 }
  const membership = {
    file: () => file,
    has: () => false,
    onChange: (call: () => void) => (calls.add(call), () => void calls.delete(call))
  }
  const told: string[] = []
  const slot = { lease: { slot: 1 }, listedBy: 4n } as NonNullable<Parameters<typeof onSlotUnlisted>[0]['slot']>
  onSlotUnlisted({ slot, membership, self }, ({ name }) => told.push(name))
  for (const call of calls) call()
  expect(told).toEqual([])
  file.sequence = 5n
  for (const call of calls) call()
  expect([told, calls.size]).toEqual([['SlotUnlistedError'], 0])
})
