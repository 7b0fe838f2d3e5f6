import { defaultLogger } from '@libp2p/logger'
import { MemoryDatastore } from 'datastore-core/memory'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { EntryFetch } from '../../src/ipns/entry-fetch.ts'
import { FetchCounts } from '../../src/ipns/fetch-counts.ts'
import { KeptBlocks } from '../../src/ipns/kept-blocks.ts'
import { rawCid } from '../../src/ipns/raw-block.ts'
import { RecordStore } from '../../src/ipns/record-store.ts'
import { Resolver } from '../../src/ipns/resolver.ts'
import { openAcl } from '../people.ts'
import { DAY, NOW, testName, trustFile } from '../records.ts'
import type { TrustFiles } from '../../src/ipns/files.ts'

const YEAR = 365 * DAY

/** The time of day of a machine; its timers go on as ever. */
class WrongClock extends ManualClock {
  jumpMs = 0

  override now(): number {
    return super.now() + this.jumpMs
  }
}

/** An entry that follows a name, whose publisher signs by the true time. */
async function followed() {
  const clock = new WrongClock(NOW)
  const open = await openAcl({ clock })
  onTestFinished(async () => await open[Symbol.asyncDispose]())
  const { acl, datastore, told } = open
  const { name, sign } = await testName(1)
  const current: { bytes: Uint8Array; record: Uint8Array } = { bytes: trustFile('one'), record: new Uint8Array() }
  const counts = new FetchCounts()
  const basics = { clock, random: seededRandom(1), log: defaultLogger().forComponent('test'), audit: told, counts }
  const records = new RecordStore(datastore)
  const way = {
    via: 'https' as const,
    deadlineMs: 1_000,
    find: async (_: unknown, { found }: Found) => found(current.record)
  }
  const resolver = new Resolver({ ...basics, records, ways: () => [way] })
  const files = { fetch: async () => ({ bytes: current.bytes, blocks: [] }) } as unknown as TrustFiles
  const kept = new KeptBlocks(new MemoryDatastore())
  const fetching = new EntryFetch({ ...basics, entries: acl, shipped: [], records, resolver, files, kept })
  const entry = await acl.add({ label: 'cluster', pubkey: name.text, trustlevel: 'trusted' })
  const publish = async (text: string, sequence: bigint, trueTime: number): Promise<void> => {
    current.bytes = trustFile(text)
    current.record = await sign({ value: `/ipfs/${(await rawCid(current.bytes)).toString()}`, sequence, now: trueTime })
  }
  const fetch = async (): Promise<string> =>
    await fetching.fetch(entry, { signal: new AbortController().signal }).then(
      () => 'fetched',
      (error: Error) => error.name
    )
  const state = () => `${acl.fileOf(name.text)?.file.description} ${acl.entry('cluster')?.status.state}`
  await publish('one', 1n, NOW)
  expect(await fetch()).toBe('fetched')
  return { clock, acl, name, publish, fetch, state }
}

interface Found {
  found: (record: Uint8Array) => void
}

describe('an entry whose file was fetched, on a clock that jumped', () => {
  it('a year ahead: nothing new is taken, what is in use stays in use as stale, and all is well when the clock is', async () => {
    const { clock, publish, fetch, state } = await followed()
    clock.jumpMs = YEAR
    await publish('two', 2n, NOW)
    expect(await fetch()).toBe('IpnsRecordExpiredError')
    expect(state()).toBe('one stale')
    clock.jumpMs = 0
    expect(state()).toBe('one ok')
    expect(await fetch()).toBe('fetched')
    expect(state()).toBe('two ok')
  })

  it('a year back: it counts as fresh, newer sequences are taken, and older ones refused although they seem valid', async () => {
    const { clock, publish, fetch, state } = await followed()
    clock.jumpMs = -YEAR
    expect(state()).toBe('one ok')
    await publish('two', 2n, NOW)
    expect(await fetch()).toBe('fetched')
    await publish('old', 1n, NOW - 300 * DAY)
    expect(await fetch()).toBe('IpnsSequenceError')
    expect(state()).toBe('two ok')
    // noted as fetched a year ago: stale when the clock is right again, and refreshed then
    clock.jumpMs = 0
    expect(state()).toBe('two stale')
    await publish('three', 3n, NOW)
    expect(await fetch()).toBe('fetched')
    expect(state()).toBe('three ok')
  })

  it('fetched while it was a year ahead: in use beyond a right clock, and refreshed at once by it', async () => {
    const { clock, publish, fetch, state } = await followed()
    clock.jumpMs = YEAR
    await publish('two', 2n, NOW + YEAR)
    expect(await fetch()).toBe('fetched')
    clock.jumpMs = 0
    expect(state()).toBe('two ok')
    await publish('three', 3n, NOW)
    expect(await fetch()).toBe('fetched')
    expect(state()).toBe('three ok')
  })

  it('over two years ahead: it falls away for that moment, and comes back with the clock', async () => {
    const { clock, acl, fetch, state } = await followed()
    clock.jumpMs = 2 * YEAR + 3 * DAY
    expect(state()).toBe('one invalid')
    expect(await fetch()).toBe('IpnsRecordExpiredError')
    expect(acl.fileOf(acl.entry('cluster')?.pubkey ?? '')).toBeDefined()
    clock.jumpMs = 0
    expect(state()).toBe('one ok')
  })
})
