import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '@waystone/kit'
import { poll, until } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { askAgain, keepersOf, SHORT } from '../harness/lease-keepers.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { Keepers } from '../harness/lease-keepers.ts'
import type { Postgres } from '../harness/postgres.ts'

const signal = new AbortController().signal

let postgres: Postgres
beforeAll(async () => void (postgres = await startPostgres()))
afterAll(async () => await postgres[Symbol.asyncDispose]())

async function inFolder(): Promise<Keepers> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return await keepersOf({ directory: folder.path })
}

async function inPostgres(): Promise<Keepers> {
  return await keepersOf({}, { WAYSTONE_POOL_POSTGRES: postgres.url })
}

async function byOrdinal(): Promise<Keepers> {
  return await keepersOf({ ordinal: '0' })
}

// what every keeper does, whoever it is
describe.each([
  ['a folder', inFolder],
  ['PostgreSQL', inPostgres],
  ['an ordinal', byOrdinal]
])('leases kept by %s', (_name, keepers) => {
  it('give a slot of the pool, with a fence that is higher for each holder', async () => {
    const { open } = await keepers()
    const fences: bigint[] = []
    for (let holder = 0; holder < 3; holder++) {
      const claim = await (await open()).acquire(1, { signal })
      expect(claim?.slot).toBe(0)
      expect((await claim?.renew?.({ signal })) ?? true).toBe(true)
      fences.push(claim?.fence ?? 0n)
      await claim?.release()
      // the ordinal's fence is a time
      const now = systemClock.now()
      await until(() => systemClock.now() > now)
    }
    expect(fences[1]).toBeGreaterThan(fences[0] ?? 0n)
    expect(fences[2]).toBeGreaterThan(fences[1] ?? 0n)
  })

  it('can be given back twice, and closed twice', async () => {
    const keeper = await (await keepers()).open()
    const claim = await keeper.acquire(1, { signal })
    await claim?.release()
    await expect(claim?.release()).resolves.toBeUndefined()
    await keeper.close()
    await expect(keeper.close()).resolves.toBeUndefined()
  })
})

// what those do that have to choose
describe.each([
  ['a folder', inFolder],
  ['PostgreSQL', inPostgres]
])('leases kept by %s', (_name, keepers) => {
  it('give no slot to two, though all ask at once', async () => {
    const { open } = await keepers()
    const nodes = await Promise.all(Array.from({ length: 8 }, () => open()))
    const claims = await Promise.all(
      nodes.map(node =>
        poll(() => askAgain(async () => ({ claim: await node.acquire(5, { signal }) })), { what: 'an answer' })
      )
    )
    const slots = claims.flatMap(({ claim }) => (claim === undefined ? [] : [claim.slot]))
    expect(slots.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4])
  })

  it('are free within the lease once the holder is silent, and not as long as it renews', async () => {
    const { open } = await keepers()
    const [holder, waiter] = [await open(SHORT), await open(SHORT)]
    let renewed = systemClock.monotonic()
    const held = await holder.acquire(1, { signal })
    for (const end = renewed + 2 * SHORT; systemClock.monotonic() < end;) {
      renewed = systemClock.monotonic()
      expect(await held?.renew?.({ signal })).toBe(true)
      expect(await waiter.acquire(1, { signal })).toBeUndefined()
      await systemClock.sleep(SHORT / 20)
    }
    const taken = await poll(async () => await waiter.acquire(1, { signal }), { what: 'the slot' })
    expect(systemClock.monotonic() - renewed).toBeGreaterThan(SHORT * 0.8)
    expect(taken.fence).toBeGreaterThan(held?.fence ?? 0n)
    expect((await held?.renew?.({ signal })) ?? true).toBe(false)
    await held?.release()
    expect(await (await open()).acquire(1, { signal })).toBeUndefined()
  })

  it('tell who holds a slot', async () => {
    const { open } = await keepers()
    const keeper = await open()
    expect(await keeper.holders({ signal })).toEqual([])
    const claim = await keeper.acquire(2, { signal })
    expect(await (await open()).holders({ signal })).toMatchObject([
      { slot: 0, fence: 1n, holder: expect.stringContaining(`pid ${process.pid}`), renewedAt: expect.any(Number) }
    ])
    await claim?.release()
    expect((await (await open()).holders({ signal }))[0]?.holder).toBeUndefined()
  })
})
