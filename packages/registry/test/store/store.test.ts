import { describe, expect, it } from 'vitest'
import { RECORD_LIFETIME_MS } from '@waystone/wire/registry'
import { equals } from '../../src/filter/make.ts'
import { Bench, capable, meeting, newKey, relay } from './records.ts'

describe('the store', () => {
  it('takes, renews, and refuses what is older', async () => {
    using bench = new Bench()
    const key = await newKey()
    const first = await bench.record(key, { sequence: 5 })
    expect(bench.store.put(first)).toBe('taken')
    expect(bench.store.put(first)).toBe('held')
    expect(bench.store.put(await bench.record(key, { sequence: 6 }))).toBe('renewed')
    expect(bench.store.put(first)).toBe('newer')
    expect(bench.store.put(await bench.record(key, { sequence: 7, payload: relay({ region: 'us' }) }))).toBe('taken')
    expect(bench.store.state().records).toBe(1)
    expect(
      (await bench.store.query({ kind: 'relay-advert', filter: equals('region', 'eu'), limit: 9 })).records
    ).toEqual([])
    expect(
      (await bench.store.query({ kind: 'relay-advert', filter: equals('region', 'us'), limit: 9 })).records
    ).toHaveLength(1)
  })

  it('lets a record of the same sequence last longer, and changes nothing else by it', async () => {
    using bench = new Bench()
    const key = await newKey()
    bench.store.put(await bench.record(key))
    await bench.clock.advance(1_000)
    expect(bench.store.put(await bench.record(key))).toBe('renewed')
    expect(bench.store.put(await bench.record(key, { payload: relay({ region: 'us' }) }))).toBe('held')
  })

  it('has the same digest whatever the order in which records came, and another for another sequence', async () => {
    using a = new Bench()
    using b = new Bench()
    const keys = [await newKey(), await newKey()]
    const records = await Promise.all(keys.map(async key => await a.record(key)))
    for (const record of records) a.store.put(record)
    for (const record of records.toReversed()) b.store.put(record)
    expect(a.store.digests()).toEqual(b.store.digests())
    expect(a.store.state()).toEqual(b.store.state())
    const [key] = keys
    if (key !== undefined) b.store.put(await b.record(key, { sequence: 2 }))
    expect(a.store.state().digest).not.toEqual(b.store.state().digest)
  })

  it('gives names by part, and records by name', async () => {
    using bench = new Bench()
    const record = await bench.record(await newKey(), { sequence: 3 })
    bench.store.put(record)
    const names = Array.from({ length: 1_024 }, (_, part) => bench.store.names(part)).flat()
    expect(names).toEqual([{ hash: record.hash, sequence: 3 }])
    expect(bench.store.signed([record.hash, new Uint8Array(16)])).toEqual([record.signed])
    expect([2, 3, 4].map(sequence => bench.store.holds(record.hash, sequence))).toEqual([true, true, false])
  })

  it('forgets what expired, to the millisecond in queries, and is empty again', async () => {
    using bench = new Bench()
    const empty = bench.store.state()
    bench.store.put(
      await bench.record(await newKey(), {
        kind: 'capability',
        key: 'a',
        payload: capable({ name: 'a', numbers: { x: 1 } })
      })
    )
    await bench.clock.advance(RECORD_LIFETIME_MS - 1)
    expect((await bench.store.query({ kind: 'capability', limit: 9 })).records).toHaveLength(1)
    await bench.clock.advance(1)
    expect((await bench.store.query({ kind: 'capability', limit: 9 })).records).toHaveLength(0)
    await bench.clock.advance(1_000)
    expect(bench.store.state()).toEqual(empty)
    expect(bench.store.kinds().map(({ records }) => records)).toEqual([0n, 0n, 0n])
  })

  it('keeps a withdrawn record until it expires, so that no older one comes back', async () => {
    using bench = new Bench()
    const key = await newKey()
    const before = await bench.record(key, { sequence: 1 })
    bench.store.put(before)
    expect(bench.store.put(await bench.record(key, { sequence: 2, withdrawn: true }))).toBe('taken')
    expect((await bench.store.query({ kind: 'relay-advert', limit: 9 })).records).toEqual([])
    expect(bench.store.put(before)).toBe('newer')
    expect(bench.store.state().records).toBe(1)
  })

  it('does not let an older record back that lasts longer than the newer one did', async () => {
    using bench = new Bench()
    const key = await newKey()
    const long = await bench.record(key, { sequence: 1, expiry: bench.clock.now() + 60_000 })
    bench.store.put(long)
    bench.store.put(await bench.record(key, { sequence: 2, expiry: bench.clock.now() + 10_000 }))
    await bench.clock.advance(12_000)
    expect(bench.store.state().records).toBe(0)
    expect(bench.store.put(long)).toBe('newer')
    expect(bench.store.holds(long.hash, 1)).toBe(true)
    expect(bench.store.put(await bench.record(key, { sequence: 3 }))).toBe('taken')
  })

  it('tells listeners of what was taken or renewed', async () => {
    using bench = new Bench()
    const told: number[] = []
    const stop = bench.store.onPut(({ sequence }) => told.push(sequence))
    const key = await newKey()
    for (const sequence of [1, 2, 2, 1]) bench.store.put(await bench.record(key, { sequence }))
    stop()
    bench.store.put(await bench.record(key, { sequence: 3 }))
    expect(told).toEqual([1, 2])
  })

  it('forgets ended sequences as soon as they are over, however many there are', async () => {
    using bench = new Bench({ limits: { maxRecords: 1_000, maxRecordsPerPeer: 1_000 } })
    const key = await newKey()
    const fill = async (sequence: number, lifetimeMs: number): Promise<void> => {
      const expiry = bench.clock.now() + lifetimeMs
      const records = Array.from({ length: 900 }, async (_, at) =>
        bench.record(key, { kind: 'rendezvous', key: `k${at}`, sequence, expiry, payload: meeting() })
      )
      bench.store.putAll(await Promise.all(records))
    }
    await fill(1, 600_000)
    await fill(2, 60_000)
    await bench.clock.advance(61_000)
    await bench.store.purge()
    const other = await bench.record(await newKey(), { kind: 'relay-advert', expiry: bench.clock.now() + 900_000 })
    const others = await Promise.all(
      Array.from({ length: 101 }, async () => bench.record(await newKey(), { expiry: bench.clock.now() + 900_000 }))
    )
    expect(bench.store.putAll(others).filter(put => put instanceof Error)).toHaveLength(1)
    await bench.clock.advance(540_000)
    await bench.store.purge()
    expect(bench.store.put(other)).toBe('taken')
    await fill(1, 600_000)
    expect(bench.store.state().records).toBe(1_000)
  })
})
