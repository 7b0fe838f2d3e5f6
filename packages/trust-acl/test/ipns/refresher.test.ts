import { defaultLogger } from '@libp2p/logger'
import { expect, it, onTestFinished } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { Listeners } from '../../src/listeners.ts'
import { SYNC_WITHIN_MS } from '../../src/ipns/constants.ts'
import { Refresher } from '../../src/ipns/refresher.ts'
import { DAY, NOW } from '../records.ts'
import type { TrustEntry } from '../../src/contract.ts'
import type { EntryFetch } from '../../src/ipns/entry-fetch.ts'
import type { TrustFileEntries } from '../../src/ipns/parts.ts'

function setUp() {
  const clock = new ManualClock(NOW)
  const [held, listeners] = [new Map<string, TrustEntry>(), new Listeners(() => {})]
  const seen = { looks: 0, fetches: [] as string[], retained: [] as string[][] }
  const put = (pubkey: string, more: Partial<TrustEntry> = {}): void => {
    const status = { ...held.get(pubkey)?.status, state: 'never' as const }
    held.set(pubkey, { pubkey, label: pubkey, kind: 'file', status, ...held.get(pubkey), ...more } as TrustEntry)
  }
  const change = (work: () => void): void => {
    work()
    listeners.call()
  }
  const entries = {
    entries: () => (seen.looks++, [...held.values()]),
    entry: (pubkey: string) => held.get(pubkey),
    onChange: (listener: () => void) => listeners.add(listener),
    setStatus: (pubkey: string, status: object) =>
      put(pubkey, { status: { ...held.get(pubkey)?.status, state: 'never', ...status } })
  } as unknown as TrustFileEntries
  const fetching = {
    fetchShipped: async () => {},
    fetch: async ({ pubkey }: TrustEntry) => {
      seen.fetches.push(pubkey)
      put(pubkey, { fetched: clock.now(), ttl: DAY })
    }
  } as unknown as EntryFetch
  const kept = { retainEntries: async (names: ReadonlySet<string>) => void seen.retained.push([...names]) }
  const log = defaultLogger().forComponent('test')
  const audit = { add: () => {} }
  const refresher = new Refresher({ clock, random: seededRandom(1), log, audit, entries, fetching, kept })
  onTestFinished(async () => await refresher.stop())
  const add = (pubkey: string, kind: 'file' | 'peer' = 'file'): void =>
    change(() => put(pubkey, { kind, validatedAt: clock.now() }))
  const remove = (pubkey: string): void => change(() => held.delete(pubkey))
  return { clock, refresher, seen, add, remove }
}

it('looks at all entries once for many changes, soon, and later ones do not put it off', async () => {
  const { clock, refresher, seen, add } = setUp()
  refresher.start()
  const before = seen.looks
  for (let at = 0; at < 1_000; at++) {
    add(`k${at}`)
    if (at % 100 === 0) await clock.advance(SYNC_WITHIN_MS / 10)
  }
  expect(seen.fetches).not.toEqual([])
  await clock.advance(SYNC_WITHIN_MS)
  expect(seen.looks - before).toBeLessThanOrEqual(3)
  expect(new Set(seen.fetches).size).toBe(1_000)
})

it('drops the blocks of many entries that are gone at once', async () => {
  const { clock, refresher, seen, add, remove } = setUp()
  for (let at = 0; at < 100; at++) add(`k${at}`)
  refresher.start()
  await clock.advance(0)
  for (let at = 1; at < 100; at++) remove(`k${at}`)
  await clock.advance(SYNC_WITHIN_MS)
  expect(seen.retained).toHaveLength(2)
  expect(seen.retained.at(-1)).toEqual(['k0'])
})

it('fetches for the operator what was added just now, but nothing for a peer', async () => {
  const { refresher, seen, add } = setUp()
  refresher.start()
  add('k1')
  add('p1', 'peer')
  const { signal } = new AbortController()
  await refresher.fetch('k1', signal)
  expect(seen.fetches).toContain('k1')
  await expect(refresher.fetch('p1', signal)).rejects.toMatchObject({ name: 'TrustFileEntryNotFoundError' })
})

it('begins anew with an entry that was removed and added again in no time', async () => {
  const { clock, refresher, seen, add, remove } = setUp()
  refresher.start()
  add('k1')
  await clock.advance(SYNC_WITHIN_MS)
  await clock.advance(DAY / 2)
  expect(seen.fetches).toEqual(['k1'])
  remove('k1')
  add('k1')
  await clock.advance(SYNC_WITHIN_MS)
  expect(seen.fetches).toEqual(['k1', 'k1'])
})

it('leaves no timer when it stops, and follows nothing afterwards', async () => {
  const { clock, refresher, seen, add } = setUp()
  refresher.start()
  add('k1')
  await refresher.stop()
  add('k2')
  await clock.advance(DAY)
  expect([clock.pending, seen.fetches]).toEqual([0, []])
  await expect(refresher.fetch('k1', new AbortController().signal)).rejects.toMatchObject({
    name: 'TrustFileEntryNotFoundError'
  })
})
