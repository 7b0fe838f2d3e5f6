import { Code } from '@connectrpc/connect'
import { systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { ipnsNameOf, parseIpnsName } from '@waystone/trust-acl/offline'
import { expect, onTestFinished, test } from 'vitest'
import { defaultsFor } from '../../src/config/defaults.ts'
import { startLocalNode } from '../local-node.ts'
import { clusterFile, keyOf, peerOf } from './cluster-file.ts'
import { isFullMesh, operatorOf, peersOf, shippedCluster, startSeed } from './running-cluster.ts'
import type { ConfigInput } from '../../src/config/schema.ts'
import type { RunningSeed } from './running-cluster.ts'

const MINUTE = 60_000

interface Cluster {
  seeds: RunningSeed[]
  /** One more, or one that comes back. */
  start: (index: number, config?: Partial<ConfigInput>) => Promise<RunningSeed>
}

/** Seeds that all know the address of the first one, and no others. */
async function startCluster(count: number, size = count): Promise<Cluster> {
  const cluster = await shippedCluster(await peersOf(size))
  const seeds: RunningSeed[] = []
  onTestFinished(async () => void (await Promise.all(seeds.map(async seed => await seed[Symbol.asyncDispose]()))))
  const start: Cluster['start'] = async (index, config = {}) => {
    const seed = await startSeed(index, { cluster, seeds: seeds[0]?.addresses ?? [], ...config })
    seeds.push(seed)
    return seed
  }
  for (let index = 0; index < count; index++) await start(index)
  return { seeds, start }
}

test('a lone seed is ready and says alone', async () => {
  const { seeds } = await startCluster(1)
  await until(() => seeds[0]!.cluster.state() === 'alone')
  await until(() => seeds[0]!.node.missing().length === 0)
  expect(seeds[0]!.cluster.state()).toBe('alone')
})

test('the trust file that came with the config is here as soon as the node has started', async () => {
  const { seeds } = await startCluster(1, 2)
  expect(seeds[0]!.cluster.state()).toBe('alone')
})

test('three seeds know all, and a fourth is known by all', { timeout: 2 * MINUTE }, async () => {
  const { seeds, start } = await startCluster(3, 4)
  await until(() =>
    seeds.every(({ cluster }) => cluster.members().filter(({ isConnected }) => isConnected).length === 3)
  )
  await start(3)
  await until(() => isFullMesh(seeds), { ms: MINUTE })
  expect(seeds.map(({ cluster }) => cluster.state())).toEqual(seeds.map(() => 'joined'))
})

test('seeds share the DHT', { timeout: 2 * MINUTE }, async () => {
  const { seeds } = await startCluster(3)
  await until(() => isFullMesh(seeds), { ms: MINUTE })
  const tables = (): number[] => seeds.map(({ node }) => Object(node.libp2p.services).dht.routingTable.size as number)
  await until(() => tables().every(size => size === 2), { ms: MINUTE })
  await using edge = await startLocalNode('edge', { seeds: seeds[2]!.addresses })
  await until(() => edge.node.libp2p.getPeers().length > 0)
  const found = await edge.node.libp2p.peerRouting.findPeer(seeds[1]!.node.libp2p.peerId)
  expect(found.multiaddrs.map(address => address.toString().replace(/\/p2p\/.*/, ''))).toContain(
    seeds[1]!.addresses[0]?.replace(/\/p2p\/.*/, '')
  )
})

test('a record that is put into the DHT at one seed is found at another', { timeout: 2 * MINUTE }, async () => {
  const { seeds } = await startCluster(3)
  await until(() => isFullMesh(seeds), { ms: MINUTE })
  const key = await keyOf(77)
  const { record } = await clusterFile({ key, members: [await peerOf(78)], now: systemClock.now() })
  const { routingKey } = parseIpnsName(ipnsNameOf(key.publicKey).text)
  const [one, , third] = seeds.map(({ node }) => node.libp2p.contentRouting)
  await until(
    async () =>
      await one!.put(routingKey, record).then(
        () => true,
        () => false
      ),
    { ms: MINUTE }
  )
  expect(await third!.get(routingKey)).toEqual(record)
  // it is no longer asked of the one at which it was put
  await seeds.shift()![Symbol.asyncDispose]()
  expect(await third!.get(routingKey)).toEqual(record)
})

test('seeds that come back at other ports are found again', { timeout: 2 * MINUTE }, async () => {
  const { seeds, start } = await startCluster(4)
  await until(() => isFullMesh(seeds), { ms: MINUTE })
  const [first, second] = seeds.splice(0, 2)
  const addresses = seeds[0]!.addresses
  await first![Symbol.asyncDispose]()
  await second![Symbol.asyncDispose]()
  await until(() => seeds.every(({ cluster }) => cluster.state() === 'partial'))
  await start(0, { seeds: addresses })
  await start(1, { seeds: addresses })
  await until(() => isFullMesh(seeds), { ms: MINUTE })
  expect(seeds).toHaveLength(4)
})

test('the operator sees the members, their state and the seeds', { timeout: 2 * MINUTE }, async () => {
  const trust = { ...defaultsFor('seed').trust, grants: { admin: [(await peerOf(99)).toString()] } }
  const cluster = await shippedCluster(await peersOf(3))
  await using one = await startSeed(0, { cluster, trust })
  await using other = await startSeed(1, { cluster, seeds: one.addresses })
  await using asker = await startLocalNode('edge', { seeds: one.addresses }, { privateKey: await keyOf(99) })
  // the third has never run
  await until(() => [one, other].every(seed => seed.cluster.state() === 'joined'))
  const client = operatorOf(one, asker.node)
  const self = one.node.libp2p.peerId.toString()
  const shown = await client.getCluster({})
  expect(shown).toMatchObject({ name: 'cluster', key: cluster.key, state: 'joined', fileSequence: 1n, self })
  expect(shown.members.map(({ isSelf, isConnected }) => [isSelf, isConnected])).toEqual([
    [true, true],
    [false, true],
    [false, false]
  ])
  const checked: Record<string, boolean> = {}
  for await (const { member } of client.checkMembers({})) checked[member?.label ?? ''] = member?.isConnected ?? false
  expect(checked).toEqual({ 'seed-0': true, 'seed-1': true, 'seed-2': false })
  const { seeds, page } = await client.listSeeds({ page: { size: 1 } })
  expect(seeds).toHaveLength(1)
  expect(page?.nextCursor).not.toBe('')
  const wrong = client.listSeeds({ page: { size: 1, cursor: 'no cursor' } })
  await expect(wrong).rejects.toMatchObject({ code: Code.InvalidArgument })
  for await (const { source, seed } of client.checkSeeds({})) expect(source ?? seed).toBeDefined()
})
