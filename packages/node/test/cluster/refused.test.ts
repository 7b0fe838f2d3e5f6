import { systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { MemoryDatastore } from 'datastore-core'
import { expect, test } from 'vitest'
import { defaultsFor } from '../../src/config/defaults.ts'
import { startLocalNode } from '../local-node.ts'
import { keyOf, peerOf } from './cluster-file.ts'
import { auditOf, isFullMesh, peersOf, serviceOf, shippedCluster, startSeed } from './running-cluster.ts'
import type { RegistrySync } from '@waystone/registry/sync'
import type { Clock } from '@waystone/interface'
import type { WaystoneNode } from '../../src/index.ts'
import type { RunningSeed } from './running-cluster.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** The seed of the operator's key. */
const OPERATOR = 99

const trust = { ...defaultsFor('seed').trust, grants: { admin: [(await peerOf(OPERATOR)).toString()] } }

async function startOperator(seeds: readonly RunningSeed[]): Promise<{ node: WaystoneNode } & AsyncDisposable> {
  const addresses = seeds.flatMap(seed => seed.addresses)
  return await startLocalNode('edge', { seeds: addresses }, { privateKey: await keyOf(OPERATOR) })
}

/** With whose registries a seed compares its own. */
function comparedBy({ node }: RunningSeed): string[] {
  const sync = serviceOf(node, 'registrySync') as RegistrySync
  return sync.partners().flatMap(({ peer, connected }) => (connected ? [peer.toString()] : []))
}

test('a trust file that is rolled back is refused and reported, and the newer one stays in use', async () => {
  const datastore = new MemoryDatastore()
  const [newer, older] = [await shippedCluster(await peersOf(2), 2n), await shippedCluster(await peersOf(1), 1n)]
  const before = await startSeed(0, { cluster: newer, trust }, { datastore })
  expect(before.cluster.members()).toHaveLength(2)
  await before[Symbol.asyncDispose]()
  await using after = await startSeed(0, { cluster: older, trust }, { datastore })
  await using operator = await startOperator([after])
  await until(async () => (await auditOf(after, operator.node)).some(line => line.includes('IpnsSequenceError')))
  expect(after.cluster.members()).toHaveLength(2)
  expect(after.cluster.state()).toBe('alone')
})

test('a seed with an older trust file gets the newer one from the others', { timeout: 2 * MINUTE }, async () => {
  const members = await peersOf(3)
  await using one = await startSeed(0, { cluster: await shippedCluster(members, 2n) })
  await using other = await startSeed(1, {
    cluster: await shippedCluster(members.slice(0, 2), 1n),
    seeds: one.addresses
  })
  await until(() => other.cluster.members().length === 3, { ms: MINUTE })
  await until(() => one.cluster.members().find(({ label }) => label === 'seed-1')?.said?.fileSequence === 2n, {
    ms: MINUTE
  })
  expect(one.cluster.members()).toHaveLength(3)
})

test('an expired record is refused and reported, and others do without its node', { timeout: 2 * MINUTE }, async () => {
  const members = await peersOf(3)
  const signing = { now: systemClock.now() - 2 * HOUR, lifetime: HOUR }
  const live = await shippedCluster(members)
  await using one = await startSeed(0, { cluster: live })
  await using other = await startSeed(1, { cluster: live, seeds: one.addresses })
  await until(() => one.cluster.state() === 'joined' && other.cluster.state() === 'joined', { ms: MINUTE })
  await using late = await startSeed(2, { cluster: await shippedCluster(members, 1n, signing), trust })
  await using operator = await startOperator([late])
  expect(late.cluster.state()).toBe('no-file')
  await until(async () => (await auditOf(late, operator.node)).some(line => line.includes('IpnsRecordExpiredError')))
  expect(late.node.missing()).toContain('the trust file of cluster cluster is not here yet')
  expect([one, other].map(({ cluster }) => cluster.state())).toEqual(['joined', 'joined'])
})

test('a revoked seed is refused and reported, and says so itself', { timeout: 2 * MINUTE }, async () => {
  const members = await peersOf(3)
  const now = await shippedCluster(members.slice(0, 2), 2n)
  await using one = await startSeed(0, { cluster: now, trust })
  await using other = await startSeed(1, { cluster: now, seeds: one.addresses })
  await until(() => isFullMesh([one, other]), { ms: MINUTE })
  await using revoked = await startSeed(2, { cluster: await shippedCluster(members, 1n), seeds: one.addresses })
  await using operator = await startOperator([one])
  await until(() => revoked.cluster.state() === 'revoked', { ms: MINUTE })
  const id = revoked.node.libp2p.peerId.toString()
  await until(async () =>
    (await auditOf(one, operator.node)).some(line => line.startsWith(`refused ${id}: NotAMember`))
  )
  expect(revoked.node.missing()).toContain('this node was removed from cluster cluster')
  // all would refuse to compare their registries with its own
  await until(() => revoked.node.libp2p.getConnections().length > 0, { ms: MINUTE })
  expect(comparedBy(revoked)).toEqual([])
  expect(comparedBy(one)).toHaveLength(1)
  expect(isFullMesh([one, other])).toBe(true)
})

test('a clock that is an hour off is shown, and disturbs nothing', { timeout: 2 * MINUTE }, async () => {
  const cluster = await shippedCluster(await peersOf(3))
  const fast: Clock = Object.create(systemClock, { now: { value: () => systemClock.now() + HOUR } }) as Clock
  await using one = await startSeed(0, { cluster })
  await using other = await startSeed(1, { cluster, seeds: one.addresses })
  await using wrong = await startSeed(2, { cluster, seeds: one.addresses }, { clock: fast })
  await until(() => isFullMesh([one, other, wrong]), { ms: MINUTE })
  const seen = (by: RunningSeed, label: string): readonly string[] =>
    by.cluster.members().find(member => member.label === label)?.disagreements ?? []
  expect(seen(one, 'seed-2')).toEqual([expect.stringMatching(/^its clock is 3\d\d\d s ahead of this node's$/)])
  expect(seen(wrong, 'seed-0')).toEqual([expect.stringMatching(/^its clock is 3\d\d\d s behind this node's$/)])
  expect(seen(one, 'seed-1')).toEqual([])
})
