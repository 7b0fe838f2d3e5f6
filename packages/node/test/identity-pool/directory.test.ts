import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { describe, expect, test } from 'vitest'
import { RELEASE_AGAIN_MS } from '../../src/identity-pool/constants.ts'
import { DirectoryKeeper } from '../../src/identity-pool/keepers/directory.ts'
import { Lease } from '../../src/identity-pool/lease.ts'
import { scratchFolder } from '../identity/scratch-folder.ts'
import { keptLog } from './quiet-log.ts'

const DURATION = 12_000
const FREE = 10_000

const random = seededRandom(5)

function keeperOn(folder: string, clock: ManualClock, over: { pool?: string; durationMs?: number } = {}) {
  return new DirectoryKeeper({ pool: 'a', durationMs: DURATION, folder, clock, random, ...over })
}

describe('leases in a folder', () => {
  test('go to the lowest free slot, with a fence that counts up', async () => {
    const [folder, clock] = [await scratchFolder(), new ManualClock()]
    const [first, second, third] = [keeperOn(folder, clock), keeperOn(folder, clock), keeperOn(folder, clock)]
    const one = await first.acquire(2)
    expect(one).toMatchObject({ slot: 0, fence: 1n })
    expect(await second.acquire(2)).toMatchObject({ slot: 1, fence: 1n })
    expect(await third.acquire(2)).toBeUndefined()
    await one?.release()
    expect(await third.acquire(2)).toMatchObject({ slot: 0, fence: 2n })
    expect(await third.holders()).toMatchObject([
      { slot: 0, fence: 2n, holder: expect.stringContaining(`pid ${process.pid}`) },
      { slot: 1, fence: 1n }
    ])
  })

  test('are free when their beat stood still for as long as the holder said, by the clock of who waits', async () => {
    const folder = await scratchFolder()
    const [own, other] = [new ManualClock(0), new ManualClock(3_600_000)]
    const [holder, waiter] = [keeperOn(folder, own), keeperOn(folder, other, { durationMs: 1_000 })]
    const claim = await holder.acquire(1)
    expect(await waiter.acquire(1)).toBeUndefined()
    await other.advance(FREE - 1)
    expect(await waiter.acquire(1)).toBeUndefined()
    await claim?.renew?.({ signal: new AbortController().signal })
    await other.advance(1)
    expect(await waiter.acquire(1)).toBeUndefined()
    await other.advance(FREE)
    expect(await waiter.acquire(1)).toMatchObject({ slot: 0, fence: 2n })
    expect(await claim?.renew?.({ signal: new AbortController().signal })).toBe(false)
    await claim?.release()
    expect(await keeperOn(folder, own).acquire(1)).toBeUndefined()
  })

  test('are given back when another process lets go of the lock, or not at all once there is no time left', async () => {
    const [folder, clock] = [await scratchFolder(), new ManualClock()]
    const claim = await keeperOn(folder, clock).acquire(1)
    const other = new DatabaseSync(join(folder, 'leases.sqlite'))
    other.exec('BEGIN EXCLUSIVE')
    const late = new AbortController()
    const failed = claim?.release({ signal: late.signal })
    late.abort()
    await expect(failed).rejects.toMatchObject({ name: 'LeaseKeeperUnreachableError' })

    const released = claim?.release({ signal: new AbortController().signal })
    other.exec('ROLLBACK')
    other.close()
    await clock.advance(RELEASE_AGAIN_MS)
    await released
    expect(await keeperOn(folder, clock).acquire(1)).toMatchObject({ slot: 0, fence: 2n })
  })

  test('of one pool are not those of another', async () => {
    const [folder, clock] = [await scratchFolder(), new ManualClock()]
    expect(await keeperOn(folder, clock).acquire(1)).toMatchObject({ slot: 0 })
    expect(await keeperOn(folder, clock, { pool: 'b' }).acquire(1)).toMatchObject({ slot: 0 })
  })

  test('say who counted the fence: the same folder at every start, and each another', async () => {
    const [folder, other, clock] = [await scratchFolder(), await scratchFolder(), new ManualClock()]
    const claims = [
      await keeperOn(folder, clock).acquire(2),
      await keeperOn(folder, clock).acquire(2),
      await keeperOn(other, clock).acquire(2)
    ]
    const [first, again, elsewhere] = claims.map(claim => claim?.keeper ?? 0n)
    expect(first).toBeGreaterThan(0n)
    expect(again).toBe(first)
    expect(elsewhere).toBeGreaterThan(0n)
    expect(elsewhere).not.toBe(first)
  })

  test('never let two serve on one slot, whatever happens when', { timeout: 120_000 }, async () => {
    const step = fc.record({
      node: fc.nat(2),
      what: fc.constantFrom('look', 'look', 'look', 'look', 'look', 'look', 'release', 'stop'),
      ms: fc.integer({ min: 0, max: 6_000 })
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async steps => {
        await runSchedule(steps)
      }),
      { numRuns: 60 }
    )
  })
})

/** Three nodes and one slot; each serves from its lease on until what is left of it is over. */
async function runSchedule(steps: { node: number; what: string; ms: number }[]): Promise<void> {
  const [folder, clock, { log }] = [await scratchFolder(), new ManualClock(), keptLog()]
  const nodes = [0, 1, 2].map(() => ({ keeper: keeperOn(folder, clock), lease: undefined as Lease | undefined }))
  const fences: bigint[] = []
  for (const { node, what, ms } of steps) {
    const one = nodes[node]
    if (one === undefined) continue
    if (what === 'look' && one.lease === undefined) {
      const since = clock.monotonic()
      const claim = await one.keeper.acquire(1)
      if (claim !== undefined) {
        one.lease = new Lease({ claim, since, durationMs: DURATION, clock, log })
        expect(claim.fence).toBeGreaterThan(fences.at(-1) ?? 0n)
        fences.push(claim.fence)
      }
    } else if (what === 'release') {
      await one.lease?.release()
      one.lease = undefined
    } else if (what === 'stop') {
      // killed: nobody renews, and nobody serves
      await one.lease?.abandon()
      one.lease = undefined
    }
    const serving = nodes.filter(({ lease }) => lease !== undefined && lease.leftMs > 0)
    expect(serving.length).toBeLessThanOrEqual(1)
    await clock.advance(ms)
  }
  for (const { lease } of nodes) await lease?.abandon()
}

describe('a folder for leases that is none', () => {
  async function refusal(folder: string): Promise<unknown> {
    return await keeperOn(folder, new ManualClock())
      .acquire(1)
      .catch((error: unknown) => error)
  }

  test('is not made: it may be a share that is not mounted', async () => {
    const folder = join(await scratchFolder(), 'share')
    expect(await refusal(folder)).toMatchObject({
      name: 'PoolFolderError',
      exitCode: 3,
      hint: expect.stringMatching('mounted')
    })
  })

  test('is a file', async () => {
    const folder = join(await scratchFolder(), 'share')
    await writeFile(folder, '')
    expect(await refusal(folder)).toMatchObject({ name: 'PoolFolderError' })
  })

  test('holds something else in the place of the database', async () => {
    const folder = await scratchFolder()
    await writeFile(join(folder, 'leases.sqlite'), 'x'.repeat(10_000))
    expect(await refusal(folder)).toMatchObject({ name: 'PoolFolderError' })
  })

  test('holds another table', async () => {
    const folder = await scratchFolder()
    const db = new DatabaseSync(join(folder, 'leases.sqlite'))
    db.exec('CREATE TABLE leases (a)')
    db.close()
    expect(await refusal(folder)).toMatchObject({ name: 'PoolFolderError' })
  })

  test('has a folder in the place of the database', async () => {
    const folder = await scratchFolder()
    await mkdir(join(folder, 'leases.sqlite'))
    expect(await refusal(folder)).toMatchObject({ name: 'PoolFolderError' })
  })
})

describe('leases that somebody else has written to', () => {
  /** What the keeper says once this was done to the leases, whose only one is free. */
  async function after(sql: string): Promise<unknown[]> {
    const [folder, clock] = [await scratchFolder(), new ManualClock()]
    const claim = await keeperOn(folder, clock).acquire(1)
    const db = new DatabaseSync(join(folder, 'leases.sqlite'))
    db.exec(sql)
    db.close()
    const keeper = keeperOn(folder, clock)
    const calls = [
      () => keeper.acquire(1),
      () => keeper.holders(),
      async () => await claim?.renew?.({ signal: AbortSignal.abort() })
    ]
    return await Promise.all(calls.map(async call => await call().catch((error: unknown) => error)))
  }
  const refused = { name: 'PoolFolderError', hint: expect.stringContaining('delete leases.sqlite') }

  test.each([
    ['a fence that cannot be counted up', `fence = ${2n ** 63n - 1n}`],
    ['a fence below zero', 'fence = -1'],
    ['a duration below zero', 'free_ms = -1'],
    ['a beat at the end', `beat = ${2n ** 63n - 1n}`]
  ])('are refused with a hint: %s', async (_what, change) => {
    expect(await after(`UPDATE leases SET ${change}, holder = NULL`)).toMatchObject([refused, refused, false])
  })

  const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'
  test.each([
    ['a trigger', `CREATE TRIGGER t AFTER UPDATE ON leases BEGIN ${ENDLESS}; END`],
    ['a view in their place', `DROP TABLE leases; CREATE VIEW leases AS ${ENDLESS}`],
    ['a check of their own', 'ALTER TABLE leases ADD COLUMN more TEXT CHECK (length(zeroblob(900000000)) > 1)'],
    ['another table', 'CREATE TABLE more (a)']
  ])('are run by nobody: %s', async (_what, sql) => {
    expect(await after(sql)).toMatchObject([refused, refused, refused])
  })

  test('are not read when there are very many', async () => {
    const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n LIMIT 100000)'
    const many = (pool: string) =>
      `${numbers} INSERT INTO leases SELECT '${pool}', i, NULL, 1, 1, 1, hex(zeroblob(20)), 1 FROM n`
    expect(await after(many('a'))).toMatchObject([refused, refused, refused])
    const few = many('a').replace('100000', '10000')
    expect(await after(few)).toMatchObject([undefined, [{ slot: 0 }], true])
  })
})

describe('a holder', () => {
  const signal = new AbortController().signal

  test('renews nothing in a folder that somebody has moved away', async () => {
    const folder = join(await scratchFolder(), 'share')
    await mkdir(folder)
    const claim = await keeperOn(folder, new ManualClock()).acquire(1)
    await rename(folder, `${folder}.old`)
    await expect(claim?.renew?.({ signal })).rejects.toMatchObject({ name: 'PoolFolderError' })
    await mkdir(folder)
    await expect(claim?.renew?.({ signal })).rejects.toMatchObject({ name: 'PoolFolderError' })
    expect(await readdir(folder)).toEqual([])
  })

  test('has lost its slot where the leases were made anew', async () => {
    const [folder, clock] = [await scratchFolder(), new ManualClock()]
    const claim = await keeperOn(folder, clock).acquire(1)
    await rm(join(folder, 'leases.sqlite'))
    await keeperOn(folder, clock).acquire(1)
    expect(await claim?.renew?.({ signal })).toBe(false)
  })

  test('tries again while another process has the lock', async () => {
    const [folder, clock] = [await scratchFolder(), new ManualClock()]
    const claim = await keeperOn(folder, clock).acquire(1)
    const other = new DatabaseSync(join(folder, 'leases.sqlite'))
    other.exec('BEGIN EXCLUSIVE')
    await expect(claim?.renew?.({ signal })).rejects.toMatchObject({ name: 'LeaseKeeperUnreachableError' })
    await expect(keeperOn(folder, clock).acquire(1)).rejects.toMatchObject({ name: 'LeaseKeeperUnreachableError' })
    other.exec('COMMIT')
    other.close()
    expect(await claim?.renew?.({ signal })).toBe(true)
  })
})
