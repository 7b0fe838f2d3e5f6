import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { StructSchema } from '@bufbuild/protobuf/wkt'
import { ManualClock } from '@waystone/kit/testing'
import { compareText, prefixEnd } from '../../src/filter/order.ts'
import { matches } from '../../src/filter/matches.ts'
import { kindSet } from '../../src/kinds/kinds.ts'
import { defineKind } from '../../src/kinds/define-kind.ts'
import { CheckedRecord } from '../../src/record/verified.ts'
import { nameHash } from '../../src/record/name-hash.ts'
import { SqlRegistryStore } from '../../src/store/store.ts'
import { LIMITS } from '../store/records.ts'
import { filters, finite, text } from './arbitrary.ts'
import type { RecordValues, VerifiedRecord } from '../../src/contract.ts'

const kind = defineKind({
  name: 'thing',
  message: StructSchema,
  fields: {
    text: { type: 'text', isIndexed: true, of: () => '' },
    other: { type: 'text', of: () => '' },
    number: { type: 'number', isIndexed: true, of: () => 0 },
    plain: { type: 'number', of: () => 0 },
    flag: { type: 'flag', isIndexed: true, of: () => true },
    label: { type: 'text', isKey: true },
    tags: { type: 'text', isList: true, isIndexed: true, of: () => [] }
  },
  groups: { group: { type: 'number', of: () => ({}) } }
})
const names = {
  texts: ['text', 'other', 'tags', 'key', 'peer', 'label'],
  numbers: ['number', 'plain', 'sequence', 'expiry', 'group.a', 'group.b'],
  flags: ['flag']
}

const clock = new ManualClock()
const expiry = clock.now() + 1_000
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
const values = fc.record(
  {
    text,
    other: text,
    number: finite,
    plain: finite,
    flag: fc.boolean(),
    tags: fc.array(text, { maxLength: 3 }),
    'group.a': finite,
    'group.b': finite
  },
  { requiredKeys: [] }
)
const thing = fc.record({ id: maybe(text), key: text, sequence: fc.integer({ min: 1, max: 4 }), values })

type Thing = { id: string | undefined; key: string; sequence: number; values: RecordValues }

function recordOf({ id, key, sequence, values: own }: Thing, at: number): VerifiedRecord {
  const hash = nameHash({ kind: 'thing', peer: Uint8Array.of(at >> 8, at), key: '' })
  const rest = { payload: new Uint8Array(), withdrawn: false, signed: Uint8Array.of(at >> 8, at) }
  return new CheckedRecord({
    kind: 'thing',
    id: id ?? 'peer',
    key,
    sequence,
    expiry,
    hash,
    values: { ...own, label: key },
    ...rest
  })
}

async function found(store: SqlRegistryStore, filter: Parameters<typeof matches>[0], limit: number): Promise<string[]> {
  const all: string[] = []
  for (let after = 0, hasMore = true; hasMore;) {
    const page = await store.query({ kind: 'thing', filter, limit, after })
    all.push(...page.records.map(({ signed }) => signed.join()))
    after = page.records.at(-1)?.place ?? 0
    hasMore = page.hasMore
  }
  return all
}

function storeOf(records: readonly VerifiedRecord[]): SqlRegistryStore {
  const limits = { ...LIMITS, maxRecordsPerPeer: 100_000 }
  const store = new SqlRegistryStore({ path: ':memory:', kinds: kindSet([kind]), limits, clock })
  store.open()
  store.putAll(records)
  return store
}

describe('filters in SQL', () => {
  it('find what the filter means, page by page, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(thing, { maxLength: 20 }),
        filters(names),
        fc.integer({ min: 1, max: 7 }),
        async (things, filter, limit) => {
          const records = things.map(recordOf)
          const store = storeOf(records)
          const expected = records.filter(record => matches(filter, record)).map(({ signed }) => signed.join())
          expect(await found(store, filter, limit)).toEqual(expected)
          store.close()
        }
      ),
      { numRuns: 300 }
    )
  })

  describe('among so many records that they are walked through', () => {
    let records: readonly VerifiedRecord[]
    let store: SqlRegistryStore
    beforeAll(() => {
      records = fc.sample(thing, { numRuns: 9_000, seed: 1 }).map(recordOf)
      store = storeOf(records)
    })
    it('find the same', async () => {
      await fc.assert(
        fc.asyncProperty(filters(names), async filter => {
          const expected = records.filter(record => matches(filter, record)).map(({ signed }) => signed.join())
          expect(await found(store, filter, 3_000)).toEqual(expected)
        }),
        { numRuns: 50 }
      )
    })
  })
})

describe('the order of texts', () => {
  const any = fc.oneof(text, fc.string({ unit: 'binary' }))
  it('is that of UTF-8', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      })
    )
  })
  it('has all texts with a prefix between the prefix and its end', () => {
    fc.assert(
      fc.property(any, any, (prefix, other) => {
        const end = prefixEnd(prefix)
        const isBetween = compareText(other, prefix) >= 0 && (end === undefined || compareText(other, end) < 0)
        expect(isBetween).toBe(other.startsWith(prefix))
      })
    )
  })
})
