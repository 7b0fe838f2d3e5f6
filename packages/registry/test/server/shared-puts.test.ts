import { describe, expect, it } from 'vitest'
import { SharedPuts } from '../../src/server/shared-puts.ts'
import { Bench, meeting, newKey } from '../store/records.ts'
import type { PutGroup } from '../../src/contract.ts'
import type { VerifiedRecord } from '../../src/index.ts'

describe('records that several calls bring in the same moment', () => {
  it('are put with one transaction, and each call is told of its own', async () => {
    using bench = new Bench()
    const { puts, sizes } = counting(bench)
    const records = await meetings(bench, 5)
    expect(await Promise.all(records.map(each => puts.put(one(each))))).toEqual(records.map(() => ['taken']))
    expect(sizes).toEqual([5])
    expect(await puts.put(one(records[0]))).toEqual(['held'])
    expect(sizes).toEqual([5, 1])
  })

  it('may be two of one name: the first of one sequence stays, and the newer wins', async () => {
    using bench = new Bench()
    const { puts, sizes } = counting(bench)
    const key = await newKey()
    const make = (sequence: number, data: number): Promise<VerifiedRecord> =>
      bench.record(key, { kind: 'rendezvous', key: 'chess', sequence, payload: meeting({ data: Uint8Array.of(data) }) })
    const [first, other, newer] = [await make(1, 1), await make(1, 2), await make(2, 3)]
    const results = await Promise.all([first, other, newer, first].map(each => puts.put(one(each))))
    expect(results).toEqual([['taken'], ['held'], ['taken'], ['newer']])
    expect(sizes).toEqual([4])
    expect(bench.store.signed([newer.hash])).toEqual([newer.signed])
    using fresh = new Bench()
    fresh.store.put(newer)
    expect(bench.store.state()).toEqual(fresh.store.state())
  })

  it('are refused each for itself: by the limits of a peer, of a network and of all, also with what came in the same moment', async () => {
    using bench = new Bench({ limits: { maxRecordsPerPeer: 2, maxRecordsPerNetwork: 4, maxRecords: 6 } })
    const { puts } = counting(bench)
    const key = await newKey()
    const own = await Promise.all(
      ['a', 'b', 'c'].map(each => bench.record(key, { kind: 'rendezvous', key: each, payload: meeting() }))
    )
    const here = await Promise.all([...own, ...(await meetings(bench, 3))].map(each => puts.put(one(each, 'here'))))
    expect(here.map(([result]) => outcome(result))).toEqual([
      'taken',
      'taken',
      'PeerRecordsFullError',
      'taken',
      'taken',
      'NetworkRecordsFullError'
    ])
    const there = await Promise.all((await meetings(bench, 3)).map(each => puts.put(one(each, 'there'))))
    expect(there.map(([result]) => outcome(result))).toEqual(['taken', 'taken', 'RegistryFullError'])
    expect(bench.store.state().records).toBe(6)
  })

  it('are put one by one where all of them do not fit on the disk', async () => {
    using bench = new Bench({ maxFileBytes: 4_096 * 40 })
    const { puts } = counting(bench)
    const records = await meetings(bench, 60, 1_024)
    const results = await Promise.all(records.map(each => puts.put(one(each))))
    const outcomes = results.map(([result]) => outcome(result))
    expect(new Set(outcomes)).toEqual(new Set(['taken', 'RegistryStoreError']))
    expect(bench.store.state().records).toBe(outcomes.filter(each => each === 'taken').length)
  })

  it('are not so many that others wait long', async () => {
    using bench = new Bench()
    const { puts, sizes } = counting(bench)
    const records = await meetings(bench, 100)
    await Promise.all(Array.from({ length: 4 }, () => puts.put({ records, options: {} })))
    expect(sizes).toEqual([100, 100, 100, 100])
  })

  it('are told of a store that is closed meanwhile', async () => {
    using bench = new Bench()
    const { puts } = counting(bench)
    const [record] = await meetings(bench, 1)
    const result = puts.put(one(record))
    bench.store.close()
    expect((await result).map(outcome)).toEqual(['RegistryClosedError'])
  })
})

/** Notes how many records each transaction has. */
function counting({ store }: Bench): { puts: SharedPuts; sizes: number[] } {
  const sizes: number[] = []
  const putGroups: typeof store.putGroups = groups => {
    sizes.push(groups.reduce((sum, { records }) => sum + records.length, 0))
    return store.putGroups(groups)
  }
  return { puts: new SharedPuts({ putGroups }), sizes }
}

function one(record: VerifiedRecord | undefined, network?: string): PutGroup {
  if (record === undefined) throw new TypeError('there is no record')
  return { records: [record], options: { registered: true, network } }
}

async function meetings(bench: Bench, count: number, bytes = 1): Promise<VerifiedRecord[]> {
  const payload = meeting({ data: new Uint8Array(bytes) })
  const make = async (): Promise<VerifiedRecord> =>
    bench.record(await newKey(), { kind: 'rendezvous', key: 'chess', payload })
  return await Promise.all(Array.from({ length: count }, make))
}

function outcome(result: unknown): unknown {
  return result instanceof Error ? result.name : result
}
