import { toBinary, create, fromBinary } from '@bufbuild/protobuf'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { RegisterRequestSchema, SignedRecordSchema } from '@waystone/wire/registry'
import { expect, it, vi } from 'vitest'
import { signRecord } from '../../src/index.ts'
import { News } from '../../src/sync/news.ts'
import { World } from './world.ts'

const newPeer = async () => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

it('a member whose gossip is garbage is not looked at for a growing time, and others are', async () => {
  const world = new World()
  const { clock } = world
  const { store, intake } = world.registry()
  const take = vi.spyOn(intake, 'take')
  const trust = { explain: () => ({ allow: true, reason: 'a test says so' }) }
  const gossip = { publish: () => {}, handle: () => () => {} }
  const news = new News({ gossip, store, intake, trust, clock, onJoined: () => {} })
  const [liar, other] = [await newPeer(), await newPeer()]
  const message = async (sequence: number): Promise<Uint8Array> => {
    const { signed } = await world.record(await generateKeyPair('Ed25519'), { sequence })
    const records = [fromBinary(SignedRecordSchema, signed)]
    return toBinary(RegisterRequestSchema, create(RegisterRequestSchema, { records }))
  }
  const good = await message(1)
  const bad = good.with(good.length - 1, (good.at(-1) ?? 0) ^ 1)
  expect(await news.onMessage(liar, bad)).toBe('reject')
  for (let at = 0; at < 100; at++) expect(await news.onMessage(liar, bad)).toBe('ignore')
  expect(take).toHaveBeenCalledTimes(1)
  expect(await news.onMessage(other, good)).toBe('accept')
  await clock.advance(20_001)
  expect(await news.onMessage(liar, bad)).toBe('reject')
  await clock.advance(20_001)
  expect(await news.onMessage(liar, bad)).toBe('ignore')
  await clock.advance(20_000)
  expect(await news.onMessage(liar, await message(2))).toBe('accept')
  news.close()
})

it('what was registered here is told, and what others brought is not told again', async () => {
  const world = new World()
  const { clock } = world
  const { store, intake } = world.registry()
  const trust = { explain: () => ({ allow: true, reason: 'a test says so' }) }
  const publish = vi.fn<(message: Uint8Array) => void>()
  const news = new News({
    gossip: { publish, handle: () => () => {} },
    store,
    intake,
    trust,
    clock,
    onJoined: () => {}
  })
  const key = await generateKeyPair('Ed25519')
  const [own, foreign, next] = await Promise.all([1, 2, 3].map(sequence => world.record(key, { sequence })))
  if (own === undefined || foreign === undefined || next === undefined) throw new TypeError('a record is missing')
  store.put(own)
  await clock.advance(50)
  expect(publish).toHaveBeenCalledTimes(1)
  await intake.take([fromBinary(SignedRecordSchema, foreign.signed)])
  await clock.advance(50)
  expect(publish).toHaveBeenCalledTimes(1)
  store.put(next)
  await clock.advance(50)
  expect(publish).toHaveBeenCalledTimes(2)
  news.close()
})

it('what is refused here goes on when it comes for the first time, however it is packed, and not without end', async () => {
  const world = new World()
  const { clock } = world
  const member = await generateKeyPair('Ed25519')
  const memberId = peerIdFromPrivateKey(member)
  const { store, intake } = world.registry(({ peer }) => memberId.equals(peer))
  const trust = { explain: () => ({ allow: true, reason: 'a test says so' }) }
  const gossip = { publish: () => {}, handle: () => () => {} }
  const news = new News({ gossip, store, intake, trust, clock, onJoined: () => {} })
  const [from, other] = [await newPeer(), await newPeer()]
  const strange = async () => await world.record(await generateKeyPair('Ed25519'))
  const message = (...records: { signed: Uint8Array }[]): Uint8Array => {
    const all = records.map(({ signed }) => fromBinary(SignedRecordSchema, signed))
    return toBinary(RegisterRequestSchema, create(RegisterRequestSchema, { records: all }))
  }
  const [one, two] = [await strange(), await strange()]
  expect(await news.onMessage(from, message(one))).toBe('accept')
  expect(await news.onMessage(from, message(one, one))).toBe('ignore')
  expect(await news.onMessage(from, message(one, two))).toBe('accept')
  expect(await news.onMessage(other, message(two, one))).toBe('ignore')
  const verdicts: string[] = []
  for (let at = 0; at < 30; at++) verdicts.push(await news.onMessage(from, message(await strange())))
  expect(verdicts.filter(verdict => verdict === 'accept')).toHaveLength(18)
  expect(await news.onMessage(other, message(await strange()))).toBe('accept')
  // what is taken is not held back by what was refused
  expect(await news.onMessage(from, message(one, await world.record(member)))).toBe('accept')
  news.close()
})

it('records of a kind that this registry does not know do not go on: each time they would be news', async () => {
  const world = new World()
  const { store, intake } = world.registry()
  const trust = { explain: () => ({ allow: true, reason: 'a test says so' }) }
  const gossip = { publish: () => {}, handle: () => () => {} }
  const news = new News({ gossip, store, intake, trust, clock: world.clock, onJoined: () => {} })
  const unsigned = { kind: 'unheard-of', key: '', sequence: 1, expiry: world.clock.now() + 600_000 }
  const record = await signRecord(await generateKeyPair('Ed25519'), { ...unsigned, payload: new Uint8Array(3) })
  const data = toBinary(RegisterRequestSchema, create(RegisterRequestSchema, { records: [record] }))
  expect(await news.onMessage(await newPeer(), data)).toBe('ignore')
  news.close()
})
