import { Code, ConnectError } from '@connectrpc/connect'
import { fromBinary } from '@bufbuild/protobuf'
import { until } from '@waystone/kit/testing'
import { SignedRecordSchema } from '@waystone/wire/registry'
import { describe, expect, it } from 'vitest'
import { equals } from '../../src/filter/make.ts'
import { signRecord } from '../../src/index.ts'
import { newKey } from '../store/records.ts'
import { ClientWorld } from './world.ts'
import type { SignedRecord } from '@waystone/wire/registry'
import type { RegistryChange } from '../../src/client.ts'
import type { FakeRegistry } from './world.ts'

/** Long enough ago for every registry to have it. */
const AGE_MS = 60_000

async function record(world: ClientWorld, key: string): Promise<SignedRecord> {
  const times = { sequence: world.clock.now() - AGE_MS, expiry: world.clock.now() + 600_000 }
  return await signRecord(await newKey(), { kind: 'rendezvous', key, ...times })
}

async function hold(signed: SignedRecord, ...fakes: FakeRegistry[]): Promise<void> {
  for (const fake of fakes) fake.store.put(await fake.verify(signed))
}

async function twoSeeds(): Promise<{ world: ClientWorld; a: FakeRegistry; b: FakeRegistry }> {
  const world = await ClientWorld.start()
  const a = await world.seed('/ip4/192.0.2.1/tcp/1', 'advanced')
  return { world, a, b: await world.seed('/ip4/198.51.100.1/tcp/1') }
}

describe('a question', () => {
  it('is put to two registries of different networks', async () => {
    const { world, a } = await twoSeeds()
    const near = await world.seed('/ip4/192.0.2.2/tcp/1')
    await hold(await record(world, 'chess'), a)
    const { asked } = await world.registry.query('rendezvous')
    expect(asked.map(String)).toContain(a.peer.toString())
    expect(asked.map(String)).not.toContain(near.peer.toString())
  })

  it('is answered by all that any of them has, and tells who withholds what', async () => {
    const { world, a, b } = await twoSeeds()
    await hold(await record(world, 'both'), a, b)
    await hold(await record(world, 'only-b'), b)
    const { records, disagreements } = await world.registry.query('rendezvous')
    expect(records.map(({ key }) => key)).toEqual(['both', 'only-b'])
    expect(disagreements).toEqual([
      expect.stringMatching(new RegExp(`^${a.peer.toString()} does not give the rendezvous of .*only-b`))
    ])
  })

  it('misses nothing that is merely on another page', async () => {
    const { world, a, b } = await twoSeeds()
    const all = await Promise.all(Array.from({ length: 6 }, async (_, index) => await record(world, `room-${index}`)))
    for (const one of all) await hold(one, a)
    for (const one of all.toReversed()) await hold(one, b)
    const first = await world.registry.query('rendezvous', undefined, { size: 3 })
    expect(first.records.map(({ key }) => key)).toEqual(['room-0', 'room-1', 'room-2'])
    expect(first.disagreements).toEqual([])
    const second = await world.registry.query('rendezvous', undefined, { size: 3, cursor: first.nextCursor })
    expect(second.records.map(({ key }) => key)).toEqual(['room-3', 'room-4', 'room-5'])
    expect(second).toMatchObject({ nextCursor: '', disagreements: [] })
    world.leave(a)
    const gone = world.registry.query('rendezvous', undefined, { size: 3, cursor: first.nextCursor })
    await expect(gone).rejects.toMatchObject({ name: 'RegistryCursorError' })
  })

  it('gets the newest of a record', async () => {
    const { world, a, b } = await twoSeeds()
    const key = await newKey()
    const expiry = world.clock.now() + 600_000
    const sign = async (sequence: number): Promise<SignedRecord> =>
      await signRecord(key, { kind: 'rendezvous', key: 'chess', sequence, expiry })
    await hold(await sign(1), a)
    await hold(await sign(2), b)
    const { records, disagreements } = await world.registry.query('rendezvous')
    expect(records).toMatchObject([{ sequence: 2 }])
    expect(disagreements).toEqual([expect.stringContaining(`${a.peer.toString()} has an older version`)])
  })

  it.each(['not a place', 'x'.repeat(40_000), '.', '0OIl.x'])('has no cursor %.20j', async cursor => {
    const { world } = await twoSeeds()
    await expect(world.registry.query('rendezvous', undefined, { cursor })).rejects.toThrow()
  })

  it('needs a registry', async () => {
    const world = await ClientWorld.start()
    await expect(world.registry.query('rendezvous')).rejects.toMatchObject({ name: 'NoRegistryError' })
  })
})

describe('a registry that lies', () => {
  it.each<[string, (signed: SignedRecord) => SignedRecord[]]>([
    ['a record that its peer did not sign', signed => [{ ...signed, signature: new Uint8Array(64) }]],
    ['bytes that are no record', signed => [{ ...signed, record: new Uint8Array(9) }]],
    ['more records than were asked for', signed => Array.from({ length: 201 }, () => signed)]
  ])('with %s is believed nothing, and left alone', async (_what, make) => {
    const { world, a, b } = await twoSeeds()
    const signed = await record(world, 'chess')
    await hold(signed, b)
    let asked = 0
    a.lies = {
      query: () => {
        asked++
        return { records: make(signed) }
      }
    }
    const answer = await world.registry.query('rendezvous')
    expect(answer.records).toMatchObject([{ key: 'chess' }])
    expect(answer.asked.map(String)).toEqual([b.peer.toString()])
    await world.registry.query('rendezvous')
    expect(asked).toBe(1)
  })

  it('with records that do not match is found out', async () => {
    const { world, a, b } = await twoSeeds()
    const signed = await record(world, 'chess')
    a.lies = { query: () => ({ records: [signed] }) }
    const answer = await world.registry.query('rendezvous', equals('key', 'go'))
    expect(answer.records).toEqual([])
    expect(answer.asked.map(String)).toEqual([b.peer.toString()])
  })

  it('is not told apart from one that is asked a wrong question', async () => {
    const { world, a, b } = await twoSeeds()
    const refuse = (): never => {
      throw new ConnectError('no such field', Code.InvalidArgument)
    }
    a.lies = { query: refuse }
    b.lies = { query: refuse }
    await expect(world.registry.query('rendezvous')).rejects.toMatchObject({ code: Code.InvalidArgument })
    a.lies = {}
    expect((await world.registry.query('rendezvous')).asked.length).toBe(1)
  })
})

describe('a watch', () => {
  it('goes on at another registry, and tells only what is new and what is gone', async () => {
    const { world, a, b } = await twoSeeds()
    const [stays, goes] = [await record(world, 'stays'), await record(world, 'goes')]
    await hold(stays, a, b)
    await hold(goes, a)
    const told: string[] = []
    const ending = new AbortController()
    const watching = follow(world.registry.watch('rendezvous', undefined, { signal: ending.signal }), told)
    await until(() => told.includes('current'))
    expect(told).toEqual(['put stays', 'put goes', 'current'])
    a.lies = {
      watch: () => {
        throw new ConnectError('gone', Code.Unavailable)
      }
    }
    world.leave(a)
    a.store.close()
    await hold(await record(world, 'new'), b)
    await world.advanceUntil(() => told.filter(one => one === 'current').length === 2)
    expect(told.slice(3)).toEqual(['put new', 'gone goes', 'current'])
    ending.abort()
    await watching
  })

  it('leaves a registry that gives what is not valid', async () => {
    const { world, a, b } = await twoSeeds()
    const signed = await record(world, 'chess')
    await hold(signed, b)
    a.lies = {
      async *watch() {
        yield { change: { case: 'put' as const, value: { ...signed, signature: new Uint8Array(64) } }, resume: '1' }
      }
    }
    const told: string[] = []
    const ending = new AbortController()
    const watching = follow(world.registry.watch('rendezvous', undefined, { signal: ending.signal }), told)
    await world.advanceUntil(() => told.includes('current'))
    expect(told).toEqual(['put chess', 'current'])
    ending.abort()
    await watching
  })

  it('begins anew where it cannot go on', async () => {
    const { world, b } = await twoSeeds()
    await hold(await record(world, 'chess'), b)
    const told: string[] = []
    const ending = new AbortController()
    const options = { signal: ending.signal, resume: '12D3KooWKL3KaR4rgvdfVr3HB7GUexyNHDCYGo74AnPRCv9YXxHD.7' }
    const watching = follow(world.registry.watch('rendezvous', undefined, options), told)
    await world.advanceUntil(() => told.includes('current'))
    expect(told[0]).toBe('reset')
    ending.abort()
    await watching
  })
})

async function follow(changes: AsyncIterable<RegistryChange>, told: string[]): Promise<void> {
  try {
    for await (const change of changes) {
      if (change.type === 'put') told.push(`put ${change.record.key}`)
      else told.push(change.type === 'gone' ? `gone ${change.name.key}` : change.type)
    }
  } catch {
    // the test ends it
  }
}

it('reads what stores hold', async () => {
  const world = await ClientWorld.start()
  const seed = await world.seed()
  const signed = await record(world, 'chess')
  await hold(signed, seed)
  const { records } = await world.registry.query('rendezvous')
  expect(records.map(one => fromBinary(SignedRecordSchema, one.signed).record.length)).toEqual([signed.record.length])
  expect(await world.registry.kinds()).toMatchObject({ asked: { length: 1 } })
})
