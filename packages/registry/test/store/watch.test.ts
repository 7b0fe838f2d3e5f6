import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { nameHash } from '../../src/index.ts'
import { CheckedRecord } from '../../src/record/verified.ts'
import { GONE_KEPT } from '../../src/store/constants.ts'
import { SeenPlaces } from '../../src/store/seen-places.ts'
import { Bench } from './records.ts'
import type { StoreChange, VerifiedRecord } from '../../src/index.ts'

/** As if it had been verified: what is signed matters to nobody here. */
function made(at: number, expiry: number): VerifiedRecord {
  const key = `k${at}`
  const named = {
    kind: 'rendezvous',
    id: 'peer',
    key,
    hash: nameHash({ kind: 'rendezvous', peer: new Uint8Array(), key })
  }
  const rest = { payload: new Uint8Array(), withdrawn: false, values: {}, signed: new Uint8Array() }
  return new CheckedRecord({ ...named, ...rest, sequence: 1, expiry })
}

function watch(bench: Bench, after?: bigint): AsyncIterator<StoreChange> {
  const signal = new AbortController().signal
  return bench.store.watch({ ...(after !== undefined && { after }) }, { signal })[Symbol.asyncIterator]()
}

describe('a watcher', () => {
  it('that is too far behind begins anew, and holds no queue until then', async () => {
    using bench = new Bench({ limits: { maxRecords: 100_000 } })
    const watcher = watch(bench)
    expect((await watcher.next()).value).toMatchObject({ type: 'current' })
    const expiry = bench.clock.now() + 10_000
    bench.store.putAll(Array.from({ length: GONE_KEPT + 300 }, (_, at) => made(at, expiry)))
    await bench.clock.advance(9_000)
    expect((await watcher.next()).value).toMatchObject({ type: 'put' })
    await bench.clock.advance(2_000)
    await bench.store.purge()
    expect(bench.store.state().records).toBe(0)
    bench.store.put(made(0, bench.clock.now() + 10_000))
    const rest: string[] = []
    while (rest.at(-1) !== 'current') rest.push(String((await watcher.next()).value?.type))
    expect(rest.slice(-3)).toEqual(['reset', 'put', 'current'])
    expect(rest.length).toBeLessThan(1_000)
  })

  it('that is woken has nothing compiled anew: hundreds of watches with long filters are woken by each change', async () => {
    using bench = new Bench()
    const watcher = watch(bench)
    const prepared = vi.spyOn(DatabaseSync.prototype, 'prepare')
    onTestFinished(() => prepared.mockRestore())
    const expiry = bench.clock.now() + 10_000
    const counts: number[] = []
    for (let at = 0; at < 4; at++) {
      bench.store.put(made(at, expiry))
      await bench.clock.advance(100)
      while ((await watcher.next()).value?.type !== 'put');
      counts.push(prepared.mock.calls.length)
    }
    expect(counts[3]).toBe(counts[1])
  })

  it('that knows more than there was begins anew', async () => {
    using bench = new Bench()
    expect((await watch(bench, 1_000n).next()).value).toEqual({ type: 'reset' })
  })

  it('ends with the registry', async () => {
    using bench = new Bench()
    const watcher = watch(bench)
    await watcher.next()
    const next = watcher.next()
    bench.store.close()
    expect((await next).done).toBe(true)
  })
})

describe('places that were seen', () => {
  it('are never forgotten', () => {
    const seen = new SeenPlaces()
    for (const place of [1, 31, 32, 131_071, 131_072, 10_000_000]) {
      expect(seen.has(place)).toBe(false)
      seen.add(place)
      expect(seen.has(place)).toBe(true)
    }
    seen.clear()
    expect(seen.has(31)).toBe(false)
  })
})
