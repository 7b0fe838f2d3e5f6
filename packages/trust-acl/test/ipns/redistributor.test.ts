import { defaultLogger } from '@libp2p/logger'
import { MemoryDatastore } from 'datastore-core/memory'
import { expect, it } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { CarriedNames } from '../../src/ipns/carried.ts'
import { readRecord } from '../../src/ipns/record.ts'
import { RecordStore } from '../../src/ipns/record-store.ts'
import { Redistributor } from '../../src/ipns/redistributor.ts'
import { DAY, NOW, testName } from '../records.ts'
import type { TrustEntry } from '../../src/contract.ts'
import type { TrustFileEntries } from '../../src/ipns/parts.ts'

const HOUR = 3_600_000

async function setUp() {
  const clock = new ManualClock(NOW)
  const datastore = new MemoryDatastore()
  const [records, carried] = [new RecordStore(datastore), new CarriedNames(datastore)]
  const names = [await testName(1), await testName(2), await testName(3)] as const
  const [followed, denied, brought] = names
  for (const { name, sign } of names) await records.keep(await readRecord(name, await sign({ lifetime: 5 * DAY })))
  await carried.put({ name: brought.name.text, by: 'somebody', validUntil: NOW + 5 * DAY, bytes: 1 })
  const entry = (pubkey: string, trustlevel: string) => ({ kind: 'file', pubkey, trustlevel }) as TrustEntry
  const list = [entry(followed.name.text, 'advanced'), entry(denied.name.text, 'peer')]
  const state = { taken: true, alone: false }
  const given: string[] = []
  const redistributor = new Redistributor({
    clock,
    random: seededRandom(1),
    log: defaultLogger().forComponent('test'),
    audit: { add: () => {} },
    entries: { entries: () => list } as unknown as TrustFileEntries,
    mayCarry: ({ trustlevel }) => trustlevel === 'advanced',
    records,
    carried,
    publisher: {
      give: async ({ name }) => {
        given.push(name.text)
        if (state.alone) return { published: [], failures: [] }
        return state.taken ? { published: ['dht'], failures: [] } : { published: [], failures: ['dht: nobody'] }
      }
    }
  })
  const controller = new AbortController()
  const running = redistributor.run(controller.signal)
  const stop = async (): Promise<void> => {
    controller.abort()
    await running
    expect(clock.pending).toBe(0)
  }
  return { redistributor, clock, given, state, stop, wanted: [followed.name.text, brought.name.text] }
}

/** The loop reads a store between two timers. */
async function advance(clock: ManualClock, ms: number, steps = 20): Promise<void> {
  for (let step = 0; step < steps; step++) await clock.advance(ms / steps)
}

it('puts what it may carry again soon after the start and every 12 hours, and nothing that has lapsed', async () => {
  const { clock, given, stop, wanted } = await setUp()
  await advance(clock, 10_000)
  await expect.poll(() => given).toEqual(wanted)
  await advance(clock, 12 * HOUR)
  await expect.poll(() => given).toEqual([...wanted, ...wanted])
  await advance(clock, 5 * DAY, 200)
  const before = given.length
  await advance(clock, 5 * DAY, 200)
  expect(given).toHaveLength(before)
  await stop()
})

it('tries again sooner when nobody took it', async () => {
  const { clock, given, state, stop, wanted } = await setUp()
  state.taken = false
  await advance(clock, 10_000)
  await expect.poll(() => given).toEqual(wanted)
  await advance(clock, 30_000)
  await expect.poll(() => given.length).toBeGreaterThanOrEqual(4)
  await stop()
})

it('puts what found nobody as soon as a peer comes, and only then', async () => {
  const { redistributor, clock, given, state, stop, wanted } = await setUp()
  await advance(clock, 10_000)
  await expect.poll(() => given).toEqual(wanted)
  redistributor.peerCame()
  await advance(clock, 60_000)
  expect(given).toEqual(wanted)
  redistributor.noteUntaken()
  redistributor.peerCame()
  await advance(clock, 500)
  await expect.poll(() => given).toEqual([...wanted, ...wanted])
  // the same after a round without any peer
  state.alone = true
  await advance(clock, 12 * HOUR)
  await expect.poll(() => given.length).toBeGreaterThanOrEqual(6)
  state.alone = false
  await expect.poll(() => clock.pending).toBe(1)
  const before = given.length
  redistributor.peerCame()
  await advance(clock, 500)
  await expect.poll(() => given.length).toBe(before + 2)
  await stop()
})

it('does not ask peers that refuse whenever one more comes', async () => {
  const { redistributor, clock, given, state, stop, wanted } = await setUp()
  state.taken = false
  await advance(clock, 10_000)
  await expect.poll(() => given).toEqual(wanted)
  redistributor.peerCame()
  await advance(clock, 1_000)
  expect(given).toEqual(wanted)
  await stop()
})

it('makes room for a peer by names that have lapsed, and only if there is none', async () => {
  const carried = new CarriedNames(new MemoryDatastore())
  for (let index = 0; index < 100; index++) {
    await carried.put({ name: `n${index}`, by: 'a', validUntil: NOW + index, bytes: 1 })
  }
  await carried.makeRoom({ name: 'n5', by: 'a', bytes: 1 }, NOW + DAY)
  expect(await carried.all()).toHaveLength(100)
  await expect(carried.makeRoom({ name: 'x', by: 'a', bytes: 1 }, NOW)).rejects.toMatchObject({
    name: 'RecordQuotaError'
  })
  await carried.makeRoom({ name: 'x', by: 'b', bytes: 1 }, NOW)
  await expect(carried.makeRoom({ name: 'x', by: 'b', bytes: 2 ** 25 }, NOW)).rejects.toMatchObject({
    name: 'RecordQuotaError'
  })
  await carried.makeRoom({ name: 'x', by: 'a', bytes: 1 }, NOW + 10)
  expect((await carried.all()).map(({ validUntil }) => validUntil - NOW).sort((a, b) => a - b)[0]).toBe(10)
})
