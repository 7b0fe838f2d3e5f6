import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { poll } from '@waystone/kit/testing'
import { askAgain, keepersOf, SHORT } from '../harness/lease-keepers.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { Keepers } from '../harness/lease-keepers.ts'
import type { Postgres } from '../harness/postgres.ts'

const signal = new AbortController().signal

let postgres: Postgres
beforeAll(async () => void (postgres = await startPostgres()))
afterAll(async () => await postgres[Symbol.asyncDispose]())

async function inPostgres(): Promise<Keepers> {
  return await keepersOf({}, { WAYSTONE_POOL_POSTGRES: postgres.url })
}

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

  it('say who counted the fence: one database the same to all, and each another', async () => {
    await postgres.sql('CREATE DATABASE other')
    const other = { WAYSTONE_POOL_POSTGRES: postgres.url.replace(/\/postgres$/, '/other') }
    const numbers: (bigint | undefined)[] = []
    for (const { open } of [await inPostgres(), await inPostgres(), await keepersOf({}, other)]) {
      numbers.push((await (await open()).acquire(1, { signal }))?.keeper)
    }
    expect(numbers[0]).toBeGreaterThan(0n)
    expect(numbers[1]).toBe(numbers[0])
    expect(numbers[2]).toBeGreaterThan(0n)
    expect(numbers[2]).not.toBe(numbers[0])
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
