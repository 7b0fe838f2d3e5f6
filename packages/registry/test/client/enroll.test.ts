import { Code, ConnectError } from '@connectrpc/connect'
import { ManualClock, until } from '@waystone/kit/testing'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { signRecord } from '../../src/index.ts'
import { newKey } from '../store/records.ts'
import { ClientWorld, FakeRegistry } from './world.ts'
import type { EnrollOptions } from '@waystone/interface'

const PAYLOAD = new Uint8Array()
const HALF_MS = 5 * 60_000

async function sequencesAt({ store }: FakeRegistry): Promise<number[]> {
  return Array.from({ length: 1_024 }, (_, part) => store.names(part))
    .flat()
    .map(({ sequence }) => sequence)
}

describe('what a node registers', () => {
  it('goes to three registries, the trusted ones first, and to others when these leave', async () => {
    const world = await ClientWorld.start()
    const trusted = [
      await world.seed('/ip4/192.0.2.1/tcp/1', 'advanced'),
      await world.seed('/ip4/198.51.100.1/tcp/1', 'advanced')
    ]
    const others = [await world.seed(), await world.seed()]
    const entry = world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
    await until(() => entry.heldBy().length === 3)
    expect(trusted.map(({ store }) => store.state().records)).toEqual([1, 1])
    const holder = others.find(({ store }) => store.state().records === 1)
    const spare = others.find(({ store }) => store.state().records === 0)
    if (holder === undefined || spare === undefined) throw new Error('one of the others holds it')
    world.leave(holder)
    await until(() => spare.store.state().records === 1)
    // nothing is brought again to whoever has it
    expect(trusted.map(({ registered }) => registered)).toEqual([1, 1])
  })

  it('waits until there is a registry', async () => {
    const world = await ClientWorld.start()
    const entry = world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
    expect(entry.heldBy()).toEqual([])
    await until(
      async () =>
        await world.registry.kinds().then(
          () => false,
          () => true
        )
    )
    const seed = await world.seed()
    await until(() => entry.heldBy().length === 1)
    expect(seed.store.state().records).toBe(1)
  })

  it('is renewed at half of its lifetime, a little earlier, with a higher sequence', async () => {
    const world = await ClientWorld.start()
    const seed = await world.seed()
    const entry = world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
    await until(() => entry.heldBy().length === 1)
    const [first = 0] = await sequencesAt(seed)
    const begun = world.clock.now()
    expect(first).toBe(begun)
    await world.clock.advance(HALF_MS * 0.75)
    expect(seed.registered).toBe(1)
    await world.advanceUntil(() => seed.registered === 2)
    expect(world.clock.now() - begun).toBeLessThanOrEqual(HALF_MS + 10_000)
    await until(async () => ((await sequencesAt(seed))[0] ?? 0) > first)
    await world.advanceUntil(() => seed.registered === 3)
    expect(entry.heldBy().length).toBe(1)
  })

  it('is changed, and taken back, everywhere', async () => {
    const world = await ClientWorld.start()
    const seeds = [await world.seed(), await world.seed()]
    const entry = world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
    await until(() => entry.heldBy().length === 2)
    entry.update(Uint8Array.of(0x12, 1, 7))
    await until(() => seeds.every(({ registered }) => registered === 2))
    await entry.withdraw()
    await entry.withdraw()
    for (const { store } of seeds) expect((await store.query({ kind: 'rendezvous', limit: 9 })).records).toEqual([])
    expect(world.registry.own()).toEqual([])
    world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
  })

  it('is taken back when the node stops, and a stop waits only so long', async () => {
    const world = await ClientWorld.start()
    const [seed, silent] = [await world.seed(), await world.seed()]
    const entry = world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
    await until(() => entry.heldBy().length === 2)
    silent.lies = { register: async () => await new Promise(() => {}) }
    const stopping = world.registry.beforeStop()
    await until(async () => (await seed.store.query({ kind: 'rendezvous', limit: 9 })).records.length === 0)
    await world.clock.advance(1_500)
    await expect(stopping).resolves.toBeUndefined()
  })

  it('outdoes what an earlier run of this node has registered with a clock that was ahead', async () => {
    const world = await ClientWorld.start()
    const seed = await world.seed()
    const ahead = world.clock.now() + 3_000_000
    const times = { sequence: ahead, expiry: world.clock.now() + 600_000 }
    const earlier = await signRecord(world.privateKey, { kind: 'rendezvous', key: 'chess', ...times })
    seed.store.put(await seed.verify(earlier))
    const entry = world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
    await until(() => entry.heldBy().length === 1)
    expect(await sequencesAt(seed)).toEqual([ahead + 1])
  })

  it('outdoes what was withdrawn with a clock that was ahead, which no query shows', async () => {
    const world = await ClientWorld.start()
    const seed = await world.seed()
    const ahead = world.clock.now() + 3_000_000
    const times = { sequence: ahead, expiry: world.clock.now() + 600_000 }
    const name = { kind: 'rendezvous', key: 'chess' }
    const earlier = await signRecord(world.privateKey, { ...name, ...times, withdrawn: true })
    seed.store.put(await seed.verify(earlier))
    const entry = world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
    await until(() => entry.heldBy().length === 1)
    expect(await sequencesAt(seed)).toEqual([ahead + 1])
  })

  it('outdoes what the own registry holds', async () => {
    const clock = new ManualClock()
    const own = new FakeRegistry(peerIdFromPrivateKey(await newKey()), '/ip4/127.0.0.1/tcp/1', clock)
    const world = await ClientWorld.start({ local: async () => own, clock })
    const ahead = clock.now() + 3_000_000
    const times = { sequence: ahead, expiry: clock.now() + 600_000, withdrawn: true }
    own.store.put(await own.verify(await signRecord(world.privateKey, { kind: 'rendezvous', key: 'chess', ...times })))
    const entry = world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
    await until(() => entry.heldBy().length === 1)
    expect(await sequencesAt(own)).toEqual([ahead + 1])
  })

  it('does not outdo what it has just sent: a registry that gives that back would have it sign without end', async () => {
    const world = await ClientWorld.start()
    const seed = await world.seed()
    let calls = 0
    seed.lies = {
      register: ({ records }) => {
        calls++
        return { results: records.map(held => ({ error: 'RecordOutdatedError', message: 'older', held })) }
      }
    }
    world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
    await until(() => world.registry.own()[0]?.refusals.length === 1, { ms: 2_000 })
    expect(calls).toBe(1)
  })

  it('goes beyond no sequence that it has not signed itself', async () => {
    const world = await ClientWorld.start()
    const seed = await world.seed()
    const made = { kind: 'rendezvous', key: 'chess', sequence: Number.MAX_SAFE_INTEGER, expiry: world.clock.now() + 1 }
    const held = await signRecord(await newKey(), made)
    const other = await signRecord(world.privateKey, { ...made, key: 'go' })
    for (const lie of [held, other, { ...held, signature: new Uint8Array(3) }, undefined]) {
      seed.lies = {
        register: ({ records }) => ({
          results: records.map(() => ({ error: 'RecordOutdatedError', message: 'older', ...(lie && { held: lie }) }))
        })
      }
      const entry = world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
      await until(() => world.registry.own()[0]?.refusals.length === 1)
      expect(world.registry.own()[0]).toMatchObject({
        sequence: world.clock.now(),
        refusals: [`${seed.peer.toString()}: older`]
      })
      await entry.withdraw()
    }
  })

  it('has the times of the registries where the own clock is an hour off', async () => {
    const world = await ClientWorld.start()
    const right = new ManualClock(world.clock.now() + 3_600_000)
    const seed = await world.seed(undefined, 'none', right)
    const entry = world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess', lifetime: 60_000 })
    await world.advanceUntil(() => entry.heldBy().length === 1)
    const [sequence = 0] = await sequencesAt(seed)
    expect(sequence).toBeGreaterThanOrEqual(right.now())
  })

  it.each<[string, string, Uint8Array, EnrollOptions]>([
    ['a kind in capitals', 'Rendezvous', PAYLOAD, {}],
    ['a long key', 'rendezvous', PAYLOAD, { key: 'x'.repeat(129) }],
    ['a large payload', 'rendezvous', new Uint8Array(4_097), {}],
    ['a lifetime over an hour', 'rendezvous', PAYLOAD, { lifetime: 3_600_001 }],
    ['a lifetime that is no number', 'rendezvous', PAYLOAD, { lifetime: Number.NaN }]
  ])('cannot have %s', async (_what, kind, payload, options) => {
    const world = await ClientWorld.start()
    const refused = expect.objectContaining({ name: 'EntryInvalidError' })
    expect(() => world.registry.enroll(kind, payload, options)).toThrow(refused)
  })

  it('is of one name once', async () => {
    const world = await ClientWorld.start()
    world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
    expect(() => world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })).toThrow('registered already')
  })
})

describe('a registry that does not take what is registered', () => {
  it('is told to the operator, and another one is asked', async () => {
    const world = await ClientWorld.start({ registries: 1 })
    const full = await world.seed('/ip4/192.0.2.1/tcp/1', 'advanced')
    const other = await world.seed()
    const entry = world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess', lifetime: 3_600_000 })
    await until(() => entry.heldBy().length === 1)
    full.lies = {
      register: ({ records }) => ({
        results: records.map(() => ({ error: 'RegistryFullError', message: 'it is full' }))
      })
    }
    entry.update(Uint8Array.of(0x12, 1, 7))
    await until(() => world.registry.own()[0]?.refusals.length === 1)
    expect(world.registry.own()[0]?.refusals).toEqual([`${full.peer.toString()}: it is full`])
    await until(() => other.store.state().records === 1)
    expect(entry.heldBy().map(String)).toContain(other.peer.toString())
    // its room may have changed
    full.lies = {}
    const refusedAt = world.clock.now()
    await world.clock.advance(5 * 60_000)
    await world.advanceUntil(() => full.registered === 2)
    expect(world.clock.now() - refusedAt).toBeLessThan(6 * 60_000)
  })

  it('is left alone for a while when it fails, and tried again', async () => {
    const world = await ClientWorld.start()
    const seed = await world.seed()
    seed.lies = {
      register: () => {
        throw new ConnectError('busy', Code.Unavailable)
      }
    }
    const entry = world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
    await until(() => world.registry.own()[0]?.refusals.length === 1)
    seed.lies = {}
    await world.advanceUntil(() => entry.heldBy().length === 1)
    expect(world.registry.own()[0]?.refusals).toEqual([])
  })

  it('that answers for other records counts as a liar', async () => {
    const world = await ClientWorld.start()
    const seed = await world.seed()
    seed.lies = { register: () => ({ results: [] }) }
    world.registry.enroll('rendezvous', PAYLOAD, { key: 'chess' })
    await until(() => world.registry.own()[0]?.refusals.length === 1)
    expect(world.registry.own()[0]).toMatchObject({ heldBy: [], refusals: [expect.stringContaining('other records')] })
  })
})
