import { MemoryDatastore } from 'datastore-core/memory'
import { describe, expect, it } from 'vitest'
import { defaultLogger } from '@libp2p/logger'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { GRACE_MS } from '../../src/ipns/constants.ts'
import { FetchCounts } from '../../src/ipns/fetch-counts.ts'
import { follow } from '../../src/ipns/follow.ts'
import { RecordStore } from '../../src/ipns/record-store.ts'
import { Resolver } from '../../src/ipns/resolver.ts'
import { readRecord } from '../../src/ipns/record.ts'
import { DAY, NOW, testName } from '../records.ts'
import type { RecordWay } from '../../src/contract.ts'
import type { FindingWay } from '../../src/ipns/ways.ts'

const signal = new AbortController().signal
const YEAR = 365 * DAY

function setUp(now = NOW) {
  const clock = new ManualClock(now)
  const ways: FindingWay[] = []
  const refused: string[] = []
  const records = new RecordStore(new MemoryDatastore())
  const audit = { add: ({ reason }: { reason: string }) => void refused.push(reason.split(' by ')[0] ?? '') }
  const logged: unknown[] = []
  const log = Object.assign((...line: unknown[]) => void logged.push(line), defaultLogger().forComponent('test'))
  const resolver = new Resolver({
    clock,
    random: seededRandom(1),
    log,
    audit,
    records,
    ways: () => ways,
    counts: new FetchCounts()
  })
  /** A way that brings these bytes after so many milliseconds; for ever silent without a time. */
  const way = (via: RecordWay, record: Uint8Array | undefined, afterMs?: number): void => {
    ways.push({
      via,
      deadlineMs: 10_000,
      find: async (_name, { signal: ending, found }) => {
        // not even its deadline moves it
        if (afterMs === undefined) return await new Promise(() => {})
        if (afterMs > 0) await clock.sleep(afterMs, { signal: ending })
        if (record !== undefined) found(record)
      }
    })
  }
  return { clock, ways, refused, logged, records, resolver, way }
}

async function nameOfFailure(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: Error) => error.name
  )
}

describe('a record that is looked for', () => {
  it('is told to the log when a way fails, and not when whoever asked stops', async () => {
    const { resolver, ways, way, logged, clock } = setUp()
    const { name } = await testName(1)
    const ending = new AbortController()
    way('rpc', undefined)
    const failed = nameOfFailure(resolver.find(name, { signal: ending.signal }))
    ending.abort()
    expect(await failed).toBe('AbortError')
    await clock.advance(0)
    expect(logged).toEqual([])
    ways.splice(0)
    ways.push({ via: 'dht', deadlineMs: 10, find: async () => await Promise.reject(new Error('no peers')) })
    expect(await nameOfFailure(resolver.find(name, { signal }))).toBe('IpnsNotFoundError')
    expect(logged).toHaveLength(1)
  })

  it('is the newest of what all ways bring, whichever is first', async () => {
    const { resolver, way, clock } = setUp()
    const { name, sign } = await testName(1)
    way('rpc', await sign({ sequence: 1n }), 0)
    way('dht', await sign({ sequence: 3n }), GRACE_MS - 1)
    way('https', await sign({ sequence: 2n }), 1)
    const finding = resolver.find(name, { signal })
    for (let step = 0; step < 5; step++) await clock.advance(GRACE_MS / 4)
    expect(await finding).toMatchObject({ via: 'dht', record: { sequence: 3n } })
  })

  it('does not wait for a way that hangs, beyond the grace time', async () => {
    const { resolver, way, clock } = setUp()
    const { name, sign } = await testName(1)
    way('https', undefined)
    way('rpc', await sign(), 0)
    let found = false
    const finding = resolver.find(name, { signal }).then(() => (found = true))
    await expect.poll(async () => (await clock.advance(0), clock.pending)).toBe(2)
    await clock.advance(GRACE_MS - 1)
    expect(found).toBe(false)
    await clock.advance(1)
    await finding
    expect(found).toBe(true)
  })

  it('that comes late and is newer is told all the same', async () => {
    const { resolver, way, clock } = setUp()
    const { name, sign } = await testName(1)
    way('rpc', await sign({ sequence: 1n }), 0)
    way('dht', await sign({ sequence: 2n }), 9_000)
    const late: bigint[] = []
    const finding = resolver.find(name, { signal, onLate: ({ record }) => void late.push(record.sequence) })
    await expect.poll(async () => (await clock.advance(0), clock.pending)).toBeGreaterThan(2)
    await clock.advance(GRACE_MS)
    expect((await finding).record.sequence).toBe(1n)
    await clock.advance(9_000)
    await expect.poll(() => late).toEqual([2n])
  })

  it('fails when all ways have ended or hang until their deadlines, and leaves no timer', async () => {
    const { resolver, way, clock } = setUp()
    const { name } = await testName(1)
    way('https', undefined)
    way('dht', undefined, 5)
    const finding = nameOfFailure(resolver.find(name, { signal }))
    await clock.advance(10_000)
    expect(await finding).toBe('IpnsNotFoundError')
    expect(clock.pending).toBe(0)
  })

  it('ends with its signal', async () => {
    const { resolver, way } = setUp()
    const { name } = await testName(1)
    way('https', undefined)
    const controller = new AbortController()
    const finding = resolver.find(name, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(finding).rejects.toThrow('enough')
  })

  it.each([
    ['one with an older sequence', 'IpnsSequenceError'],
    ['an expired one', 'IpnsRecordExpiredError'],
    ['one of another name', 'IpnsNameMismatchError'],
    ['garbage', 'IpnsRecordInvalidError'],
    ['2 MiB of garbage', 'IpnsRecordTooLargeError']
  ])('is not %s: that is refused and told, and what is held stays', async (_what, error) => {
    const { resolver, way, records, refused } = setUp()
    const [mine, other] = [await testName(1), await testName(2)]
    const bad: Record<string, () => Promise<Uint8Array>> = {
      IpnsSequenceError: async () => await mine.sign({ sequence: 4n }),
      IpnsRecordExpiredError: async () => await mine.sign({ sequence: 9n, now: NOW - DAY, lifetime: 1 }),
      IpnsNameMismatchError: async () => await other.sign({ sequence: 9n }),
      IpnsRecordInvalidError: async () => Uint8Array.of(1, 2, 3),
      IpnsRecordTooLargeError: async () => new Uint8Array(2 * 1024 * 1024)
    }
    const held = await readRecord(mine.name, await mine.sign({ sequence: 5n }))
    await records.keep(held)
    way('dht', await bad[error]?.(), 0)
    expect(await nameOfFailure(resolver.find(mine.name, { signal }))).toBe(error)
    expect(refused).toEqual([error])
    expect((await resolver.resolve(mine.name, { signal })).record.record).toEqual(held.record)
  })

  it('is found beside refused ones', async () => {
    const { resolver, way, refused } = setUp()
    const { name, sign } = await testName(1)
    way('rpc', Uint8Array.of(1), 0)
    way('dht', await sign(), 0)
    expect((await resolver.find(name, { signal })).via).toBe('dht')
    expect(refused).toEqual(['IpnsRecordInvalidError'])
  })

  it('with a clock a year ahead: all are refused as expired; what is held still says which sequence is behind', async () => {
    const { resolver, way, records, refused } = setUp(NOW + YEAR)
    const { name, sign } = await testName(1)
    const held = await readRecord(name, await sign({ sequence: 5n }))
    await records.keep(held)
    way('dht', await sign({ sequence: 6n }), 0)
    expect(await nameOfFailure(resolver.find(name, { signal }))).toBe('IpnsRecordExpiredError')
    expect(refused).toEqual(['IpnsRecordExpiredError'])
    expect((await records.held(name))?.sequence).toBe(5n)
  })

  it('with a clock a year behind: sequences protect where times cannot', async () => {
    const { resolver, way, records, refused } = setUp(NOW - YEAR)
    const { name, sign } = await testName(1)
    await records.keep(await readRecord(name, await sign({ sequence: 5n })))
    way('dht', await sign({ sequence: 4n, now: NOW - DAY, lifetime: 1 }), 0)
    expect(await nameOfFailure(resolver.find(name, { signal }))).toBe('IpnsSequenceError')
    expect(refused).toEqual(['IpnsSequenceError'])
  })
})

describe('names that point to names', () => {
  async function chain(length: number, end: string) {
    const set = setUp()
    const names = await Promise.all(Array.from({ length }, async (_, index) => await testName(index + 10)))
    for (const [index, { sign, name }] of names.entries()) {
      const next = names[index + 1]
      const record = await sign({ value: next === undefined ? end : `/ipns/${next.name.text}` })
      set.ways.push({
        via: 'dht',
        deadlineMs: 1_000,
        find: async (wanted, { found }) => (wanted.text === name.text ? found(record) : undefined)
      })
    }
    const first = names[0]
    if (first === undefined) throw new RangeError('no name')
    return await follow(set.resolver, await set.resolver.find(first.name, { signal }), { signal })
  }

  it('are followed up to four deep, with their paths', async () => {
    const followed = await chain(5, '/ipfs/bafkqaaa/trust.json')
    expect(followed).toMatchObject({ path: 'trust.json', found: { record: { sequence: 1n } } })
    expect(followed.cid.toString()).toBe('bafkqaaa')
    expect(await nameOfFailure(chain(6, '/ipfs/bafkqaaa'))).toBe('IpnsTooManyHopsError')
  })

  it('are refused in a circle, also of one', async () => {
    const [first, second] = [await testName(10), await testName(11)]
    expect(await nameOfFailure(chain(1, `/ipns/${first.name.text}`))).toBe('IpnsCycleError')
    expect(await nameOfFailure(chain(3, `/ipns/${second.name.text}`))).toBe('IpnsCycleError')
  })
})

describe('the store of records', () => {
  it('keeps over a restart what is to be kept, and the rest only in memory', async () => {
    const datastore = new MemoryDatastore()
    const [kept, other] = [await testName(1), await testName(2)]
    const store = new RecordStore(datastore)
    await store.keep(await readRecord(kept.name, await kept.sign({ sequence: 3n })))
    await store.offer(await readRecord(kept.name, await kept.sign({ sequence: 4n })))
    await store.offer(await readRecord(other.name, await other.sign()))
    expect((await store.held(other.name))?.sequence).toBe(1n)
    const again = new RecordStore(datastore)
    expect((await again.held(kept.name))?.sequence).toBe(4n)
    expect(await again.held(other.name)).toBeUndefined()
    await expect(again.offer(await readRecord(kept.name, await kept.sign({ sequence: 3n })))).rejects.toThrow('behind')
  })

  it('takes the newest of many that come at once', async () => {
    const store = new RecordStore(new MemoryDatastore())
    const { name, sign } = await testName(1)
    const all = await Promise.all(
      [3n, 9n, 1n, 7n].map(async sequence => await readRecord(name, await sign({ sequence })))
    )
    await Promise.allSettled(all.map(async record => await store.keep(record)))
    expect((await store.held(name))?.sequence).toBe(9n)
  })
})
