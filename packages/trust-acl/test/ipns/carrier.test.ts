import { defaultLogger } from '@libp2p/logger'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { MemoryDatastore } from 'datastore-core/memory'
import { expect, it } from 'vitest'
import { ManualClock, seededRandom, until } from '@waystone/kit/testing'
import { CarriedNames } from '../../src/ipns/carried.ts'
import { Carrier } from '../../src/ipns/carrier.ts'
import { RecordStore } from '../../src/ipns/record-store.ts'
import { NOW, testName } from '../records.ts'
import type { CarrierInit } from '../../src/ipns/carrier.ts'

async function setUp() {
  const datastore = new MemoryDatastore()
  const given: bigint[] = []
  const asked: string[] = []
  const carried = new CarriedNames(datastore)
  const carrier = new Carrier({
    clock: new ManualClock(NOW),
    random: seededRandom(1),
    log: defaultLogger().forComponent('test'),
    audit: { add: () => {} },
    records: new RecordStore(datastore),
    carried,
    resolver: {},
    files: {
      fetch: async (_: unknown, { from }: { from: unknown }) => {
        asked.push(String(from))
        if (asked.length === 1) throw new Error('nobody has it')
        return { bytes: new Uint8Array(1), blocks: [] }
      }
    },
    publisher: { give: async ({ sequence }: { sequence: bigint }) => void given.push(sequence) }
  } as unknown as CarrierInit)
  return { carrier, carried, given, asked }
}

it('hands a record on once, however often those that carry it too bring it back', async () => {
  const { carrier, given } = await setUp()
  const { name, sign } = await testName(1)
  const [first, second] = [await sign({ sequence: 1n }), await sign({ sequence: 2n })]
  const peers = await Promise.all([1, 2, 3].map(async () => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))))
  const { signal } = new AbortController()
  for (const by of [...peers, ...peers]) await carrier.carry({ by, name, record: first }, signal)
  expect(given).toEqual([1n])
  for (const by of [...peers, ...peers]) await carrier.carry({ by, name, record: second }, signal)
  expect(given).toEqual([1n, 2n])
})

it('asks for the file of a record again when it is brought once more, until it has it', async () => {
  const { carrier, carried, asked } = await setUp()
  const { name, sign } = await testName(1)
  const record = await sign({ sequence: 1n })
  const by = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const { signal } = new AbortController()
  for (const times of [1, 2]) {
    await carrier.carry({ by, name, record }, signal)
    await until(() => asked.length === times)
  }
  await until(async () => {
    await carrier.carry({ by, name, record }, signal)
    return (await carried.get(name.text))?.hasFile === true
  })
  expect(asked.length).toBeGreaterThanOrEqual(2)
})
