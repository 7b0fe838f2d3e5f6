import { defaultLogger } from '@libp2p/logger'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { MemoryDatastore } from 'datastore-core/memory'
import { expect, it } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { CarriedNames } from '../../src/ipns/carried.ts'
import { Carrier } from '../../src/ipns/carrier.ts'
import { RecordStore } from '../../src/ipns/record-store.ts'
import { NOW, testName } from '../records.ts'
import type { CarrierInit } from '../../src/ipns/carrier.ts'

async function setUp() {
  const datastore = new MemoryDatastore()
  const given: bigint[] = []
  const carrier = new Carrier({
    clock: new ManualClock(NOW),
    random: seededRandom(1),
    log: defaultLogger().forComponent('test'),
    audit: { add: () => {} },
    records: new RecordStore(datastore),
    carried: new CarriedNames(datastore),
    resolver: {},
    files: {},
    publisher: { give: async ({ sequence }: { sequence: bigint }) => void given.push(sequence) }
  } as unknown as CarrierInit)
  return { carrier, given }
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
