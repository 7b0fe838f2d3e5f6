import { fromBinary } from '@bufbuild/protobuf'
import { describeRpcFailure } from '@waystone/rpc'
import { Operator, RecordSchema } from '@waystone/wire/registry'
import { describe, expect, it, vi } from 'vitest'
import { allOf, anyOf, beginsWith, compare, equals, not } from '../../src/filter.ts'
import { Bench, meeting, newKey } from '../store/records.ts'
import { ServedBench } from './world.ts'
import type { WatchResponse } from '@waystone/wire/registry'
import type { Filter } from '@waystone/wire/registry'

const here = '/ip4/127.0.0.1/tcp/1'
const keyOf = (record: Uint8Array): string => fromBinary(RecordSchema, record).key

async function filled(count: number): Promise<ServedBench> {
  const bench = new ServedBench()
  for (let at = 0; at < count; at++) {
    const key = await newKey()
    await bench.register(key, [await bench.signed(key, { key: `k${String(at).padStart(3, '0')}` })], here)
  }
  return bench
}

describe('asking', () => {
  it('goes through all records page by page, whatever comes in between', async () => {
    using bench = await filled(25)
    const client = bench.callAs(await newKey())
    const keys: string[] = []
    for (let cursor = '', first = true; first || cursor !== ''; first = false) {
      const { records, page } = await client.query({
        kind: 'rendezvous',
        filter: beginsWith('namespace', 'k'),
        page: { size: 10, cursor }
      })
      keys.push(...records.map(({ record }) => keyOf(record)))
      cursor = page?.nextCursor ?? ''
      const own = await newKey()
      if (first) await bench.register(own, [await bench.signed(own, { key: 'k999' })], here)
    }
    expect(keys).toEqual([...Array.from({ length: 25 }, (_, at) => `k${String(at).padStart(3, '0')}`), 'k999'])
  })

  it('gives 200 of the largest records in one message, whatever was asked', async () => {
    using bench = new ServedBench({ limits: { maxRecordsPerPeer: 10_000 } })
    const key = await newKey()
    const records = await Promise.all(
      Array.from({ length: 202 }, async (_, at) =>
        bench.record(key, {
          kind: 'rendezvous',
          key: `${at}`.padEnd(128, 'x'),
          payload: meeting({ data: new Uint8Array(1_024) })
        })
      )
    )
    bench.store.putAll(records)
    const { records: page } = await bench.callAs(key).query({ kind: 'rendezvous', page: { size: 100_000 } })
    expect(page).toHaveLength(200)
  })

  it.each<[string, string, Filter | undefined, string]>([
    ['an unknown kind', 'weather', undefined, 'UnknownKindError'],
    ['an unknown field', 'rendezvous', equals('colour', 'red'), 'FilterFieldUnknownError'],
    ['a wrong type', 'rendezvous', compare('namespace', Operator.LESS, 3), 'FilterTypeError'],
    [
      'a filter of 50 levels',
      'rendezvous',
      Array.from({ length: 50 }).reduce<Filter>(not, equals('namespace', 'a')),
      'FilterTooDeepError'
    ]
  ])('refuses %s by name, and a watch for it too', async (_what, kind, filter, name) => {
    using bench = new ServedBench()
    const client = bench.callAs(await newKey())
    const request = { kind, ...(filter !== undefined && { filter }) }
    expect(await client.query(request).catch(describeRpcFailure)).toMatchObject({ name })
    expect(bench.counts.get(name)).toBe(1)
    expect(await new Watcher(client, request).next().catch(describeRpcFailure)).toMatchObject({ name })
  })

  it('that takes long is refused by name: no peer and no network keeps the registry busy', async () => {
    using bench = await filled(3)
    const costly = { kind: 'rendezvous', filter: not(equals('namespace', 'none')) }
    const spend = (peers: number, address: string): void => {
      for (let peer = 0; peer < peers; peer++) {
        for (let step = 0; step < 500; step++) bench.rates.takeStep({ id: `${address} ${peer}`, network: address })
      }
    }
    spend(2, '192.0.2.0/24')
    const steps = vi.spyOn(bench.store, 'query').mockImplementation(async (_request, options) => {
      options?.onStep?.()
      return { records: [], hasMore: false }
    })
    const refused = await bench
      .callAs(await newKey())
      .query(costly)
      .catch(describeRpcFailure)
    expect(refused).toMatchObject({ name: 'RegistryTooOftenError', message: expect.stringContaining('192.0.2.0/24') })
    await bench.callAs(await newKey(), '/ip4/198.51.100.1/tcp/1').query(costly)
    steps.mockRestore()
  })

  it('with more parts takes smaller steps, and a watch has few parts', async () => {
    using bench = new Bench({ limits: { maxRecordsPerPeer: 10_000 } })
    const key = await newKey()
    bench.store.putAll(
      await Promise.all(
        Array.from({ length: 300 }, async (_, at) =>
          bench.record(key, { kind: 'rendezvous', key: `k${at}`, payload: meeting() })
        )
      )
    )
    const stepsOf = async (parts: number): Promise<number> => {
      const filter = anyOf(Array.from({ length: parts - 1 }, (_, at) => beginsWith('peer', `x${at}`)))
      const onStep = vi.fn<() => void>()
      await bench.store.query({ kind: 'rendezvous', filter, limit: 10 }, { onStep })
      return onStep.mock.calls.length
    }
    expect(await stepsOf(2)).toBe(1)
    expect(await stepsOf(60)).toBe(7)
    const filter = anyOf(Array.from({ length: 20 }, (_, at) => equals('key', `k${at}`)))
    expect(() => bench.store.watch({ kind: 'rendezvous', filter }, { signal: AbortSignal.timeout(1) })).toThrow(
      expect.objectContaining({ name: 'FilterTooLargeError' })
    )
  })

  it('takes steps also where an index finds few: each costs a little, and all are counted', async () => {
    using bench = new Bench({ limits: { maxRecordsPerPeer: 10_000 } })
    const key = await newKey()
    const records = Array.from({ length: 200 }, async (_, at) =>
      bench.record(key, { kind: 'rendezvous', key: `k${String(at).padStart(3, '0')}`, payload: meeting() })
    )
    bench.store.putAll(await Promise.all(records))
    const few = compare('namespace', Operator.GREATER_OR_EQUAL, 'k')
    const onStep = vi.fn<() => void>()
    const query = async (filter: Filter, limit: number, after?: number) =>
      await bench.store.query({ kind: 'rendezvous', filter, limit, after }, { onStep })
    const others = Array.from({ length: 59 }, (_, at) => beginsWith('peer', `x${at}`))
    expect((await query(allOf([few, anyOf(others)]), 10)).records).toEqual([])
    expect(onStep.mock.calls.length).toBe(4)
    const most = allOf([few, anyOf([...others, not(equals('namespace', 'k060'))])])
    const pages = [await query(most, 120)]
    pages.push(await query(most, 120, pages[0]?.records.at(-1)?.place))
    expect(pages.map(({ records: { length }, hasMore }) => [length, hasMore])).toEqual([
      [120, true],
      [79, false]
    ])
  })

  it('does not go on with the cursor of another filter, or with noise', async () => {
    using bench = await filled(3)
    const client = bench.callAs(await newKey())
    const { page } = await client.query({ kind: 'rendezvous', page: { size: 1 } })
    const cursor = page?.nextCursor ?? ''
    const other = { kind: 'rendezvous', filter: equals('namespace', 'k001'), page: { size: 1, cursor } }
    for (const request of [other, { kind: 'rendezvous', page: { size: 1, cursor: 'noise' } }]) {
      expect(await client.query(request).catch(describeRpcFailure)).toMatchObject({ name: 'CursorInvalidError' })
    }
  })

  it('ends a flood of queries of one peer, and of nobody else', async () => {
    using bench = new ServedBench()
    const client = bench.callAs(await newKey())
    const names = new Set<string>()
    for (let at = 0; at < 501; at++) {
      await client.query({ kind: 'rendezvous' }).catch((error: unknown) => names.add(describeRpcFailure(error).name))
    }
    expect([...names]).toEqual(['RegistryTooOftenError'])
    await bench.callAs(await newKey()).query({ kind: 'rendezvous' })
  })

  it('describes the kinds', async () => {
    using bench = await filled(2)
    const { kinds } = await bench.callAs(await newKey()).listKinds({})
    expect(kinds.map(({ kind, records }) => [kind, records])).toEqual([
      ['relay-advert', 0n],
      ['capability', 0n],
      ['rendezvous', 2n]
    ])
    expect(kinds[1]?.fields.map(({ name }) => name)).toContain('numbers.*')
  })
})

/** What a watch says next, in words. */
function told({ change }: WatchResponse): string {
  if (change.case === 'put') return `put ${keyOf(change.value.record)}`
  return change.case === 'gone' ? `gone ${change.value.key}` : String(change.case)
}

class Watcher {
  readonly #changes: AsyncIterator<WatchResponse>
  readonly #abort = new AbortController()
  resume = ''

  constructor(client: ReturnType<ServedBench['callAs']>, request: { kind?: string; filter?: Filter; resume?: string }) {
    this.#changes = client.watch(request, { signal: this.#abort.signal })[Symbol.asyncIterator]()
  }

  async next(): Promise<string> {
    const { value, done } = await this.#changes.next()
    if (done === true) return 'end'
    this.resume = value.resume
    return told(value)
  }

  async take(count: number): Promise<string[]> {
    const all: string[] = []
    while (all.length < count) all.push(await this.next())
    return all
  }

  end(): void {
    this.#abort.abort()
  }
}

describe('watching', () => {
  it('tells what is there, then what comes, changes and goes', async () => {
    using bench = await filled(2)
    const key = await newKey()
    const watcher = new Watcher(bench.callAs(key), { kind: 'rendezvous' })
    expect(await watcher.take(3)).toEqual(['put k000', 'put k001', 'current'])
    await bench.register(key, [await bench.signed(key, { key: 'new' })], here)
    expect(await watcher.next()).toBe('put new')
    await bench.register(
      key,
      [await bench.signed(key, { key: 'new', sequence: 2, withdrawn: true, payload: new Uint8Array() })],
      here
    )
    await bench.clock.advance(1_000)
    expect(await watcher.next()).toBe('gone new')
    await bench.clock.advance(602_000)
    expect((await watcher.take(3)).toSorted()).toEqual(['gone k000', 'gone k001', 'gone new'])
    watcher.end()
  })

  it('goes on where it was, and begins anew where that is not known', async () => {
    using bench = await filled(1)
    const key = await newKey()
    const client = bench.callAs(key)
    const first = new Watcher(client, { kind: 'rendezvous' })
    await first.take(2)
    first.end()
    await bench.register(key, [await bench.signed(key, { key: 'later' })], here)
    const second = new Watcher(client, { kind: 'rendezvous', resume: first.resume })
    expect(await second.take(2)).toEqual(['put later', 'current'])
    const lost = new Watcher(client, { kind: 'rendezvous', resume: `${'0'.repeat(16)}.1` })
    expect(await lost.take(4)).toEqual(['reset', 'put k000', 'put later', 'current'])
    second.end()
    lost.end()
  })

  it('tells who comes back what went meanwhile', async () => {
    using bench = await filled(1)
    const key = await newKey()
    const client = bench.callAs(key)
    await bench.register(key, [await bench.signed(key)], here)
    const first = new Watcher(client, { kind: 'rendezvous' })
    expect(await first.take(3)).toEqual(['put k000', 'put chess', 'current'])
    first.end()
    const withdrawn = { sequence: 2, withdrawn: true, payload: new Uint8Array() }
    await bench.register(key, [await bench.signed(key, withdrawn)], here)
    const second = new Watcher(client, { kind: 'rendezvous', resume: first.resume })
    expect(await second.take(2)).toEqual(['gone chess', 'current'])
    second.end()
  })

  it('says of a record that it went when it matches no more', async () => {
    using bench = new ServedBench()
    const key = await newKey()
    const client = bench.callAs(key)
    await bench.register(key, [await bench.signed(key)], here)
    const filter = compare('sequence', Operator.LESS, 2)
    const watcher = new Watcher(client, { kind: 'rendezvous', filter })
    expect(await watcher.take(2)).toEqual(['put chess', 'current'])
    await bench.register(key, [await bench.signed(key, { sequence: 2 })], here)
    await bench.clock.advance(100)
    expect(await watcher.next()).toBe('gone chess')
    watcher.end()
  })

  it('is for some at a time', async () => {
    using bench = new ServedBench()
    const client = bench.callAs(await newKey())
    const watchers = Array.from({ length: 8 }, () => new Watcher(client, {}))
    for (const watcher of watchers) await watcher.next()
    const refused = await new Watcher(client, {}).next().catch(describeRpcFailure)
    expect(refused).toMatchObject({ name: 'TooManyWatchersError' })
    for (const watcher of watchers) watcher.end()
  })
})
