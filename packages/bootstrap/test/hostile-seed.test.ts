import { describe, expect, it } from 'vitest'
import { BootstrapService } from '@waystone/wire/bootstrap'
import { MAX_SAMPLE } from '../src/constants.ts'
import { connect, startPeer } from './peers.ts'
import { makeRecord, newPeer } from './records.ts'
import type { TestPeer } from './peers.ts'
import type { MadeRecord, RecordInit } from './records.ts'

/** A seed that says what a test has it say. */
async function lyingSeed(answer: () => readonly Uint8Array[]): Promise<TestPeer> {
  const seed = await startPeer()
  await seed.node.services.rpc.serve(BootstrapService, {
    sample: () => ({ peers: answer().map(peerRecord => ({ peerRecord })), known: 1 })
  })
  return seed
}

/** A newcomer that knows these seeds and is connected to them. */
async function newcomer(...seeds: TestPeer[]): Promise<TestPeer> {
  const edge = await startPeer({ private: false })
  for (const seed of seeds) {
    edge.trust.addSeed(seed.node.peerId)
    await connect(edge, seed)
  }
  return edge
}

const sampledIds = async ({ node }: TestPeer): Promise<string[]> =>
  (await node.services.bootstrap.sample()).map(({ id }) => id)

const bytesOf = (records: readonly MadeRecord[]): Uint8Array[] => records.map(({ bytes }) => bytes)

async function makeRecords(count: number, init: (index: number) => RecordInit): Promise<MadeRecord[]> {
  return Promise.all(Array.from({ length: count }, async (_, index) => makeRecord(init(index))))
}

const spread = (index: number): RecordInit => ({ addresses: [`/ip4/8.${index}.1.1/tcp/1`] })

describe('of what a seed hands out', () => {
  it('records that stand the test are taken', async () => {
    const records = await makeRecords(10, spread)
    const edge = await newcomer(await lyingSeed(() => bytesOf(records)))
    expect((await sampledIds(edge)).sort()).toEqual(records.map(({ id }) => id).sort())
  })

  it('10,000 records are refused as a whole, and cost it its standing', async () => {
    const { bytes } = await makeRecord()
    const seeds = [3_000, MAX_SAMPLE + 1].map(async count =>
      lyingSeed(() => Array.from({ length: count }, () => bytes))
    )
    for (const seed of await Promise.all(seeds)) {
      const edge = await newcomer(seed)
      expect(await sampledIds(edge)).toEqual([])
      expect(edge.counted('asked_seeds', 'too_many')).toBe(1)
      expect(edge.node.services.bootstrap.standing(seed.node.peerId)).toBeLessThan(0.1)
    }
    const flood = await lyingSeed(() => Array.from({ length: 10_000 }, () => bytes))
    const edge = await newcomer(flood)
    // over the limit of a message: it does not even arrive
    expect(await sampledIds(edge)).toEqual([])
    expect(edge.counted('asked_seeds', 'failed')).toBe(1)
  })

  it('forged envelopes and records of others are dropped', async () => {
    const [good] = await makeRecords(1, spread)
    const signedByAnother = await makeRecord({ peer: await newPeer() })
    const { bytes } = await makeRecord()
    const changed = Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte))
    const lies = [signedByAnother.bytes, changed, new Uint8Array(100)]
    const edge = await newcomer(await lyingSeed(() => [...lies, ...bytesOf(good === undefined ? [] : [good])]))
    expect(await sampledIds(edge)).toEqual([good?.id])
    expect(edge.counted('records', 'invalid')).toBe(3)
  })

  it('one place of a /24 is taken, and two of a /16', async () => {
    const same24 = await makeRecords(20, index => ({ addresses: [`/ip4/8.8.8.${index}/tcp/1`] }))
    const same16 = await makeRecords(12, index => ({ addresses: [`/ip4/9.9.${index}.1/tcp/1`] }))
    const edge = await newcomer(await lyingSeed(() => bytesOf([...same24, ...same16])))
    const ids = await sampledIds(edge)
    expect(ids.filter(id => same24.some(record => record.id === id))).toHaveLength(1)
    expect(ids.filter(id => same16.some(record => record.id === id))).toHaveLength(2)
  })

  it('one seed cannot fill the places of two', async () => {
    const lies = await makeRecords(30, index => ({ addresses: [`/ip4/8.${index}.1.1/tcp/1`] }))
    const truth = await makeRecords(5, index => ({ addresses: [`/ip4/9.${index}.1.1/tcp/1`] }))
    const edge = await newcomer(await lyingSeed(() => bytesOf(lies)), await lyingSeed(() => bytesOf(truth)))
    const first = (await sampledIds(edge)).slice(0, 10)
    expect(first.filter(id => truth.some(record => record.id === id))).toHaveLength(5)
  })

  it('this node itself, the blocked, local addresses and victims behind names or among others are dropped', async () => {
    const victims = Array.from({ length: 20 }, (_, index) => `/ip4/9.9.${index}.1/tcp/443`)
    const many = await makeRecord({ addresses: ['/ip4/8.8.8.8/tcp/1', ...victims] })
    const named = await makeRecord({ addresses: ['/dns4/victim.example/tcp/443'] })
    const local = await makeRecord({ addresses: ['/ip4/192.168.0.1/tcp/80', '/ip4/127.0.0.1/tcp/22'] })
    const blocked = await makeRecord({ addresses: ['/ip4/7.7.7.7/tcp/1'] })
    const edge = await newcomer(await lyingSeed(() => bytesOf([many, named, local, blocked])))
    edge.trust.block(blocked.peer)
    const [only, ...more] = await edge.node.services.bootstrap.sample()
    expect([only, more]).toEqual([{ id: many.id, addresses: ['/ip4/8.8.8.8/tcp/1'], reachedAt: 0, answers: false }, []])
  })

  it('of an old record nothing is used when a newer one was seen, here or at the other seed', async () => {
    const { key } = await makeRecord()
    const old = await makeRecord({ key, sequence: 5n, addresses: ['/ip4/8.8.8.8/tcp/1'] })
    const newer = await makeRecord({ key, sequence: 6n, addresses: ['/ip4/9.9.9.9/tcp/1'] })
    const seed = await lyingSeed(() => [old.bytes])
    const knowing = await newcomer(seed)
    await knowing.node.peerStore.save(newer.peer, { peerRecordEnvelope: newer.bytes })
    const newest = [{ id: newer.id, addresses: ['/ip4/9.9.9.9/tcp/1'], reachedAt: 0, answers: false }]
    expect(await knowing.node.services.bootstrap.sample()).toEqual(newest)
    expect(knowing.counted('records', 'stale')).toBe(1)
    const asking = await newcomer(seed, await lyingSeed(() => [newer.bytes]))
    expect(await asking.node.services.bootstrap.sample()).toEqual(newest)
  })
})

it('dead peers lower the standing of the seed that named them, which is told and asked last', async () => {
  const dead = await makeRecords(8, index => ({ addresses: [`/ip4/127.0.0.1/tcp/${index + 1}`] }))
  const bad = await lyingSeed(() => bytesOf(dead))
  const poor: string[] = []
  const edge = await startPeer({ ask: true, onPoorSeed: seed => poor.push(seed.toString()) })
  edge.trust.addSeed(bad.node.peerId)
  await connect(edge, bad)
  await expect.poll(() => poor, { timeout: 20_000 }).toEqual([bad.node.peerId.toString()])
  expect(edge.node.services.bootstrap.standing(bad.node.peerId)).toBeLessThan(0.25)
})
