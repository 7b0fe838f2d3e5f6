import { Code, ConnectError } from '@connectrpc/connect'
import { fromBinary } from '@bufbuild/protobuf'
import { ManualClock } from '@waystone/kit/testing'
import { SignedRecordSchema } from '@waystone/wire/registry'
import { describe, expect, it } from 'vitest'
import { equals, not } from '../../src/filter/make.ts'
import { signRecord } from '../../src/index.ts'
import { newKey } from '../store/records.ts'
import { ClientWorld, heldRecord, hold, twoSeeds } from './world.ts'
import type { Filter, SignedRecord } from '@waystone/wire/registry'

describe('a question', () => {
  it('is put to two registries of different networks', async () => {
    const { world, a } = await twoSeeds()
    const near = await world.seed('/ip4/192.0.2.2/tcp/1')
    await hold(await heldRecord(world, 'chess'), a)
    const { asked } = await world.registry.query('rendezvous')
    expect(asked.map(String)).toContain(a.peer.toString())
    expect(asked.map(String)).not.toContain(near.peer.toString())
  })

  it('is answered by all that any of them has, and tells who withholds what', async () => {
    const { world, a, b } = await twoSeeds()
    await hold(await heldRecord(world, 'both'), a, b)
    await hold(await heldRecord(world, 'only-b'), b)
    const { records, disagreements } = await world.registry.query('rendezvous')
    expect(records.map(({ key }) => key)).toEqual(['both', 'only-b'])
    expect(disagreements).toEqual([
      expect.stringMatching(new RegExp(`^${a.peer.toString()} does not give the rendezvous of .*only-b`))
    ])
  })

  it('misses nothing that is merely on another page', async () => {
    const { world, a, b } = await twoSeeds()
    const all = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => await heldRecord(world, `room-${index}`))
    )
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

  it.each([-3_600_000, 3_600_000])(
    'says so where clocks differ by %i ms, and records are left out for it',
    async by => {
      const world = await ClientWorld.start()
      const right = new ManualClock(world.clock.now() + by)
      const seed = await world.seed(undefined, 'none', right)
      const times = { sequence: right.now() - 60_000, expiry: right.now() + (by < 0 ? 600_000 : 3_600_000) }
      await hold(await signRecord(await newKey(), { kind: 'rendezvous', key: 'chess', ...times }), seed)
      const { records, disagreements } = await world.registry.query('rendezvous')
      expect(records).toEqual([])
      expect(disagreements).toEqual([expect.stringContaining(`one of both clocks is wrong`)])
    }
  )

  it('says nothing of a record that has expired on the way', async () => {
    const world = await ClientWorld.start()
    const seed = await world.seed(undefined, 'none', new ManualClock(world.clock.now() - 1_000))
    const times = { sequence: world.clock.now() - 60_000, expiry: world.clock.now() }
    await hold(await signRecord(await newKey(), { kind: 'rendezvous', key: 'chess', ...times }), seed)
    expect(await world.registry.query('rendezvous')).toMatchObject({ records: [], disagreements: [] })
  })

  it('is not sent with more levels than any registry reads, which would pass for a fault of theirs', async () => {
    const { world, a, b } = await twoSeeds()
    const deep = Array.from({ length: 1_000 }).reduce<Filter>(not, equals('namespace', 'a'))
    const refused = { name: 'FilterTooDeepError' }
    await expect(world.registry.query('rendezvous', deep)).rejects.toMatchObject(refused)
    const watching = world.registry.watch('rendezvous', deep)[Symbol.asyncIterator]()
    await expect(watching.next()).rejects.toMatchObject(refused)
    const { asked } = await world.registry.query('rendezvous')
    expect(asked.map(String).toSorted()).toEqual([a, b].map(({ peer }) => peer.toString()).toSorted())
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
    const signed = await heldRecord(world, 'chess')
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
    const signed = await heldRecord(world, 'chess')
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

it('lists the kinds of another registry when the first one fails', async () => {
  const { world, a, b } = await twoSeeds()
  a.lies = {
    listKinds: () => {
      throw new ConnectError('busy', Code.Unavailable)
    }
  }
  expect((await world.registry.kinds()).asked.map(String)).toEqual([b.peer.toString()])
  b.lies = a.lies
  await expect(world.registry.kinds()).rejects.toMatchObject({ name: 'RegistriesFailedError' })
})

it('reads what stores hold', async () => {
  const world = await ClientWorld.start()
  const seed = await world.seed()
  const signed = await heldRecord(world, 'chess')
  await hold(signed, seed)
  const { records } = await world.registry.query('rendezvous')
  expect(records.map(one => fromBinary(SignedRecordSchema, one.signed).record.length)).toEqual([signed.record.length])
  expect(await world.registry.kinds()).toMatchObject({ asked: { length: 1 } })
})
