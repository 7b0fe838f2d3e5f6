import { rename } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '@waystone/kit'
import { poll } from '@waystone/kit/testing'
import { startPostgres } from '../harness/postgres.ts'
import { isServing, isWaiting, LEASE, logged, makePool, poolInFolder } from '../harness/seed-pool.ts'
import type { NodeProcess } from '../harness/node-process.ts'
import type { Pool } from '../harness/seed-pool.ts'

/** Which of two runs and which waits, once both have said so. */
async function sorted(nodes: NodeProcess[]): Promise<[serving: NodeProcess, waiting: NodeProcess]> {
  const both = async (): Promise<[NodeProcess, NodeProcess] | undefined> => {
    const [serving, waiting] = [nodes.find(isServing), nodes.find(isWaiting)]
    return serving === undefined || waiting === undefined ? undefined : [serving, waiting]
  }
  return await poll(both, { what: 'one to run and the other to wait' })
}

/** Starts two seeds at once on one slot, kills the one that runs, and returns when the other had taken over, in milliseconds. */
async function takeOver({ seed, ids }: Pool): Promise<number> {
  const [first, second] = await sorted(await Promise.all([seed('a'), seed('b')]))
  expect((await first.ready()).peerId).toBe(ids[0])
  expect(isServing(second)).toBe(false)
  const fence = (await first.status()).fence ?? 0n
  const killed = systemClock.now()
  first.kill('SIGKILL')
  const status = await second.ready()
  expect(status).toMatchObject({ peerId: ids[0], slot: 0 })
  expect(status.fence).toBeGreaterThan(fence)
  expect((await second.stop()).code).toBe(0)
  return (logged(second, 'took slot')[0] ?? Infinity) - killed
}

describe('two seeds on a pool of one slot, started at the same instant', () => {
  it('in a folder: one runs, the other waits and takes over within the lease after kill -9', async () => {
    expect(await takeOver(await poolInFolder(1))).toBeLessThanOrEqual(LEASE)
  })

  it('in PostgreSQL: the same', async () => {
    await using postgres = await startPostgres()
    const pool = await makePool(1, {}, { WAYSTONE_POOL_POSTGRES: postgres.url })
    expect(await takeOver(pool)).toBeLessThanOrEqual(LEASE)
  })

  it('hand over at once when the one that runs is stopped, and a stopped wait is a clean end', async () => {
    const { seed, ids } = await poolInFolder(1)
    const [first, second] = await sorted(await Promise.all([seed('a'), seed('b')]))
    await first.ready()
    const third = await seed('c')
    await poll(() => isWaiting(third) || undefined, { what: 'the third to wait' })
    expect(await third.stop()).toMatchObject({ code: 0, stderr: '' })
    expect((await first.stop()).code).toBe(0)
    expect((await second.ready()).peerId).toBe(ids[0])
    const stopped = logged(first, 'stopped').at(-1) ?? 0
    const took = logged(second, 'took slot')[0] ?? 0
    // the slot is given back last, just before the line that says so
    expect(took - stopped).toBeGreaterThan(-1_000)
  })
})

describe('a seed whose lease is over', () => {
  it('was frozen for longer than it: stops as soon as it wakes, and another serves by then', async () => {
    const { seed } = await poolInFolder(1)
    const [first, second] = await sorted(await Promise.all([seed('a'), seed('b')]))
    await first.ready()
    first.kill('SIGSTOP')
    await poll(() => isServing(second) || undefined, { what: 'the other to take over', ms: 2 * LEASE })
    const woken = systemClock.now()
    first.kill('SIGCONT')
    const { code, stderr } = await first.result
    expect(systemClock.now() - woken).toBeLessThan(LEASE)
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/^LeaseLostError: [\s\S]*hint:/) })
    await second.ready()
  })

  it('can no longer reach its database: stops before another could have the slot', async () => {
    await using postgres = await startPostgres()
    const { seed } = await makePool(1, {}, { WAYSTONE_POOL_POSTGRES: postgres.url })
    const first = await seed('a')
    await first.ready()
    const frozen = systemClock.now()
    await postgres.signal('SIGSTOP')
    const { code, stderr } = await first.result
    await postgres.signal('SIGCONT')
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('LeaseLostError') })
    const [stopped = Infinity] = logged(first, 'stopping on')
    expect(stopped - frozen).toBeLessThanOrEqual(LEASE * (5 / 6))
    const second = await seed('b')
    expect(await second.ready()).toMatchObject({ slot: 0, fence: 2n })
  })

  it('finds its folder gone: stops, while a seed of another pool goes on', async () => {
    const [broken, healthy] = [await poolInFolder(1), await poolInFolder(1)]
    const first = await broken.seed('a')
    await first.ready()
    const other = await healthy.seed('b')
    await other.ready()
    await rename(broken.leases, `${broken.leases}.gone`)
    onTestFinished(async () => await rename(`${broken.leases}.gone`, broken.leases))
    const { code, stderr, stdout } = await first.result
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('LeaseLostError') })
    expect(stdout).toContain('PoolFolderError')
    expect((await other.stop()).code).toBe(0)
  })
})
