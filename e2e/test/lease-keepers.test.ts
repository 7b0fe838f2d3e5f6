import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { systemClock, systemRandom } from '@waystone/kit'
import { poll, until } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { openKeeper } from '@waystone/node/identity-pool'
import { startPostgres } from '../harness/postgres.ts'
import type { LeaseKeeper, LeaseSettings } from '@waystone/node/identity-pool'
import type { Postgres } from '../harness/postgres.ts'

/** Of leases that are not to end while a test runs, in milliseconds. */
const LONG = 300_000
/** Of leases whose end a test waits for, in milliseconds. */
const SHORT = 3_000
const signal = new AbortController().signal

let postgres: Postgres
beforeAll(async () => void (postgres = await startPostgres()))
afterAll(async () => await postgres[Symbol.asyncDispose]())

/** A pool of one test, and nodes of it. */
interface Keepers {
  /** As one more process would open it. */
  open(duration?: number): Promise<LeaseKeeper>
}

async function keepersOf(lease: LeaseSettings, env: Record<string, string> = {}): Promise<Keepers> {
  const pool = { ids: [randomUUID()] }
  return {
    open: async (duration = LONG) => {
      const settings = { ...lease, duration }
      const keeper = await openKeeper({ lease: settings, pool, env, clock: systemClock, random: systemRandom })
      onTestFinished(() => keeper.close())
      return keeper
    }
  }
}

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

describe('leases kept by PostgreSQL', () => {
  it('outlive a restart of the database that is shorter than they are', async () => {
    const { open } = await inPostgres()
    const claim = await (await open()).acquire(1, { signal })
    await postgres.restart()
    await poll(() => askAgain(async () => (await claim?.renew?.({ signal })) || undefined), { what: 'a renewal' })
    expect(await (await open()).acquire(1, { signal })).toBeUndefined()
  })

  it('keep others away when the session of the holder ends early', async () => {
    const { open } = await inPostgres()
    const [holder, waiter] = [await open(), await open()]
    const claim = await holder.acquire(1, { signal })
    await endSessions()
    await poll(() => askAgain(async () => ({ claim: await waiter.acquire(1, { signal }) })), { what: 'an answer' })
    expect((await waiter.holders({ signal }))[0]?.fence).toBe(claim?.fence)
    expect(await poll(() => askAgain(() => claim?.renew?.({ signal })), { what: 'a renewal' })).toBe(true)
  })

  it('hold an advisory lock, whose session the server ends when nothing is heard of it', async () => {
    const { open } = await inPostgres()
    await poll(async () => ((await advisoryLocks()) === 0 ? true : undefined), { what: 'the end of other tests' })
    const claim = await (await open(SHORT)).acquire(1, { signal })
    expect(await advisoryLocks()).toBe(1)
    await poll(async () => ((await advisoryLocks()) === 0 ? true : undefined), { what: 'the end of the session' })
    await claim?.release().catch(() => {})
  })

  it.each([
    ['a user that is not let in', (url: string) => url.replace('waystone@', 'nobody@'), 'LeaseKeeperRefusedError'],
    [
      'a database that is not there',
      (url: string) => url.replace(/\/postgres$/, '/nothing'),
      'LeaseKeeperRefusedError'
    ],
    ['a server that is not there', (url: string) => url.replace(/:\d+\//, ':1/'), 'LeaseKeeperUnreachableError']
  ])('name %s, and show no password', async (_what, change, name) => {
    const url = change(postgres.url).replace('@', ':hunter2@')
    const { open } = await keepersOf({}, { WAYSTONE_POOL_POSTGRES: url })
    const error: unknown = await (await open()).acquire(1, { signal }).catch((failure: unknown) => failure)
    expect(error).toMatchObject({ name, hint: expect.any(String) })
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain('hunter2')
  })

  it('say that they may not make their table', async () => {
    const { open } = await keepersOf({}, { WAYSTONE_POOL_POSTGRES: await strangersUrl() })
    await expect((await open()).acquire(1, { signal })).rejects.toMatchObject({ name: 'LeaseKeeperRefusedError' })
  })
})

/** For what a lock of another process or a broken connection may refuse for a moment. */
async function askAgain<T>(ask: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if ((error as Error).name === 'LeaseKeeperUnreachableError') return undefined
    throw error
  }
}

async function endSessions(): Promise<void> {
  await postgres.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'waystone'`)
}

async function advisoryLocks(): Promise<number> {
  return Number(await postgres.sql(`SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'`))
}

/** Of a database in which nobody but its owner may make tables. */
async function strangersUrl(): Promise<string> {
  await postgres.sql('CREATE ROLE stranger LOGIN')
  await postgres.sql('CREATE DATABASE closed')
  await postgres.sql('REVOKE CREATE ON SCHEMA public FROM PUBLIC', 'closed')
  return postgres.url.replace(/\/postgres$/, '/closed').replace('waystone@', 'stranger@')
}
