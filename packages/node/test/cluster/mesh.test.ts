import { until } from '@waystone/kit/testing'
import { expect, onTestFinished, test } from 'vitest'
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

/** Who is reached from the first one over connections. */
function reachedIn(seeds: readonly RunningSeed[]): number {
  const byId = new Map(seeds.map(seed => [seed.node.libp2p.peerId.toString(), seed]))
  const reached = new Set<string>()
  const visit = (id: string): void => {
    const seed = byId.get(id)
    if (seed === undefined || reached.has(id)) return
    reached.add(id)
    for (const member of seed.cluster.members()) if (member.isConnected) visit(member.id)
  }
  visit(seeds[0]?.node.libp2p.peerId.toString() ?? '')
  return reached.size
}

test('a lone seed is ready and says alone', async () => {
  const { seeds } = await startCluster(1)
  await until(() => seeds[0]!.cluster.state() === 'alone')
  await until(() => seeds[0]!.node.missing().length === 0)
})

test(
  'ten seeds that know the address of one all know all, and an eleventh is known by all',
  { timeout: 2 * MINUTE },
  async () => {
    const { seeds, start } = await startCluster(10, 11)
    await until(
      () => seeds.every(({ cluster }) => cluster.members().filter(({ isConnected }) => isConnected).length === 10),
      { ms: MINUTE }
    )
    const last = await start(10)
    await until(() => isFullMesh(seeds), { ms: MINUTE })
    expect(seeds.map(({ cluster }) => cluster.state())).toEqual(seeds.map(() => 'joined'))
    expect(last.cluster.members().every(({ disagreements }) => disagreements.length === 0)).toBe(true)
  }
)

test('what is put into the DHT at one seed is found at another', { timeout: MINUTE }, async () => {
  const { seeds } = await startCluster(4)
  await until(() => isFullMesh(seeds))
  const tables = seeds.map(({ node }) => Reflect.get(node.libp2p.services, 'dht').routingTable.size)
  expect(tables).toEqual([3, 3, 3, 3])
  const hidden = seeds[3]!.node.libp2p
  const found = await seeds[1]!.node.libp2p.peerRouting.findPeer(hidden.peerId)
  expect(found.multiaddrs.map(String)).toContain(
    hidden
      .getMultiaddrs()[0]
      ?.toString()
      .replace(/\/p2p\/.*/, '')
  )
})

test(
  'seeds that come back at other ports are found again, without the address that all knew',
  { timeout: MINUTE },
  async () => {
    const { seeds, start } = await startCluster(4)
    await until(() => isFullMesh(seeds))
    const [first, second] = seeds.splice(0, 2)
    const addresses = seeds[0]!.addresses
    await first![Symbol.asyncDispose]()
    await second![Symbol.asyncDispose]()
    await until(() => seeds.every(({ cluster }) => cluster.state() === 'partial'))
    await start(0, { seeds: addresses })
    await start(1, { seeds: addresses })
    await until(() => isFullMesh(seeds), { ms: MINUTE })
  }
)

test('the operator sees it all', { timeout: MINUTE }, async () => {
  const { seeds } = await startCluster(2, 3)
  await until(() => seeds.every(({ cluster }) => cluster.state() === 'partial'))
  const [one, other] = seeds as [RunningSeed, RunningSeed]
  one.node.libp2p.services satisfies object
  const client = operatorOf(other, one.node)
  await expect(client.getCluster({})).rejects.toMatchObject({ rawMessage: expect.stringContaining('admin') })
})
