import { until } from '@waystone/kit/testing'
import { expect, test } from 'vitest'
import { connectedTo, lightCluster, reachedFrom } from './light-cluster.ts'
import type { LightSeed } from './light-cluster.ts'

const MINUTE = 60_000

async function startSeeds(count: number): Promise<LightSeed[]> {
  const start = await lightCluster(count)
  const first = await start(0)
  const others = Array.from({ length: count - 1 }, async (_, at) => await start(at + 1, first.addresses))
  return [first, ...(await Promise.all(others))]
}

test('ten seeds that know the address of one all know all', { timeout: 2 * MINUTE }, async () => {
  const seeds = await startSeeds(10)
  await until(() => seeds.every(seed => connectedTo(seed) === 9), { ms: MINUTE })
  await until(() => seeds.every(({ cluster }) => cluster.members().every(({ said }) => said !== undefined)), {
    ms: MINUTE
  })
  expect(seeds.map(({ cluster }) => cluster.state())).toEqual(seeds.map(() => 'joined'))
})

test('of twenty seeds that know the address of one each is connected to sixteen', { timeout: 4 * MINUTE }, async () => {
  const seeds = await startSeeds(20)
  await until(() => seeds.every(seed => connectedTo(seed) >= 16), { ms: 3 * MINUTE })
  expect(reachedFrom(seeds)).toBe(20)
  expect(seeds.map(({ cluster }) => cluster.state())).toEqual(seeds.map(() => 'joined'))
})

test('a parted network finds together again', { timeout: 2 * MINUTE }, async () => {
  const seeds = await startSeeds(6)
  await until(() => seeds.every(seed => connectedTo(seed) === 5), { ms: MINUTE })
  const [one, other] = [seeds.slice(0, 3), seeds.slice(3)]
  await part(one, other)
  await until(() => seeds.every(seed => connectedTo(seed) === 2), { ms: MINUTE })
  expect(reachedFrom(seeds)).toBe(3)
  for (const { refused } of seeds) refused.clear()
  await until(() => seeds.every(seed => connectedTo(seed) === 5), { ms: MINUTE })
})

test('a seed that comes back elsewhere is found again', { timeout: MINUTE }, async () => {
  const start = await lightCluster(3)
  const first = await start(0)
  const [second, third] = [await start(1, first.addresses), await start(2, first.addresses)]
  await until(() => connectedTo(second) === 2 && connectedTo(third) === 2)
  await first.node.stop()
  await until(() => connectedTo(second) === 1 && connectedTo(third) === 1)
  const back = await start(0, second.addresses)
  await until(() => [back, second, third].every(seed => connectedTo(seed) === 2), { ms: MINUTE })
  expect(back.addresses).not.toEqual(first.addresses)
})

async function part(one: readonly LightSeed[], other: readonly LightSeed[]): Promise<void> {
  const close = (seeds: readonly LightSeed[], from: readonly LightSeed[]): Promise<void>[] =>
    seeds.flatMap(({ node, refused }) =>
      from.map(async ({ node: { peerId } }) => {
        refused.add(peerId.toString())
        await node.hangUp(peerId)
      })
    )
  await Promise.all([...close(one, other), ...close(other, one)])
}
