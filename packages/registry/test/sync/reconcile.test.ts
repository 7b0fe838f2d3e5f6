import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { seededRandom } from '@waystone/kit/testing'
import { describe, expect, it } from 'vitest'
import { World } from './world.ts'
import type { PrivateKey } from '@libp2p/interface'
import type { TestRegistry } from './world.ts'

describe('two registries that are compared', () => {
  it('hold the same after each has taken from the other', async () => {
    const world = new World()
    const [a, b] = [world.registry(), world.registry()]
    const [first, second] = [await generateKeyPair('Ed25519'), await generateKeyPair('Ed25519')]
    a.store.put(await world.record(first, { sequence: 5 }))
    b.store.put(await world.record(first, { sequence: 4 }))
    b.store.put(await world.record(second))
    expect(await a.take(b.client)).toMatchObject({ taken: 1, asked: 1 })
    expect(await b.take(a.client)).toMatchObject({ taken: 1, asked: 1 })
    expect(a.digest).toBe(b.digest)
    expect(await a.take(b.client)).toMatchObject({ taken: 0, asked: 0 })
  })

  it('hand on that a record was taken back', async () => {
    const world = new World()
    const [a, b] = [world.registry(), world.registry()]
    const key = await generateKeyPair('Ed25519')
    a.store.put(await world.record(key))
    await b.take(a.client)
    b.store.put(await world.record(key, { sequence: 2, withdrawn: true }))
    await a.take(b.client)
    expect((await a.store.query({ kind: 'rendezvous', limit: 9 })).records).toEqual([])
    expect(a.digest).toBe(b.digest)
  })

  it('fetch more than fits into one message', async () => {
    const world = new World()
    const [a, b] = [world.registry(), world.registry()]
    const key = await generateKeyPair('Ed25519')
    const records = await Promise.all(
      Array.from({ length: 1_500 }, async (_, index) => await world.record(key, { key: `room-${index}` }))
    )
    a.store.putAll(records)
    const result = await b.take(a.client)
    expect(result).toMatchObject({ taken: 1_500, asked: 1_500 })
    expect(b.digest).toBe(a.digest)
  })

  it('do not fetch again what this node does not let be written', async () => {
    const world = new World()
    const stranger = await generateKeyPair('Ed25519')
    const strange = peerIdFromPrivateKey(stranger)
    const a = world.registry()
    const b = world.registry(
      ({ peer }, trustFunction) => trustFunction === 'registry:rendezvous' && peer.toString() !== strange.toString()
    )
    const friend = await generateKeyPair('Ed25519')
    const refused = await world.record(stranger)
    a.store.put(refused)
    const first = await b.take(a.client)
    expect(first).toMatchObject({ taken: 0, asked: 1 })
    expect(b.counts.get('refused')).toBe(1)
    a.store.put(await world.record(friend))
    // settled: the part has not changed; unwanted: it has, and the name is known
    expect(await b.take(a.client, first.settled)).toMatchObject({ taken: 1, asked: 1 })
    expect(await b.take(a.client)).toMatchObject({ asked: 0 })
    b.unwanted.clear()
    expect(await b.take(a.client)).toMatchObject({ asked: 1 })
  })

  it('do not take what has expired', async () => {
    const world = new World()
    const late = new World()
    const [a, b] = [world.registry(), late.registry()]
    a.store.put(await world.record(await generateKeyPair('Ed25519')))
    await late.clock.advance(700_000)
    expect(await b.take(a.client)).toMatchObject({ taken: 0, asked: 1 })
    expect(b.counts.get('outdated')).toBe(1)
    expect(b.store.state().records).toBe(0)
  })

  it('list nothing that has expired and is still in the file, as after a long stop: who does not give it would be a liar', async () => {
    const world = new World()
    const [a, b] = [world.registry(), world.registry()]
    const key = await generateKeyPair('Ed25519')
    const expiry = world.clock.now() + 500
    const records = Array.from(
      { length: 150 },
      async (_, index) => await world.record(key, { key: `${index}`, expiry })
    )
    a.store.putAll(await Promise.all(records))
    await world.clock.advance(500)
    expect(a.store.state().records).toBe(150)
    expect(await b.take(a.client)).toMatchObject({ taken: 0, asked: 0 })
  })
})

describe('registries whose peers come, go and change while they are cut off from each other', () => {
  it.each([1, 2, 3, 4, 5, 6])('are equal after they have met again (seed %i)', async seed => {
    const random = seededRandom(seed)
    const world = new World()
    const registries = Array.from({ length: 2 + (seed % 4) }, () => world.registry())
    const keys = await Promise.all(Array.from({ length: 6 }, async () => await generateKeyPair('Ed25519')))
    const some = <T>(of: readonly T[]): T => of[Math.floor(random.number() * of.length)] as T
    for (let step = 0; step < 60; step++) {
      await change(world, { registry: some(registries), key: some(keys), number: random.number(), step })
      if (random.number() < 0.2) await some(registries).take(some(registries).client)
      if (random.number() < 0.1) await world.clock.advance(30_000)
    }
    await heal(registries)
    expect(new Set(registries.map(({ digest }) => digest)).size).toBe(1)
    expect(new Set(registries.map(({ store }) => store.state().records)).size).toBe(1)
  })
})

interface Change {
  registry: TestRegistry
  key: PrivateKey
  number: number
  step: number
}

async function change(world: World, { registry, key, number, step }: Change): Promise<void> {
  const withdrawn = number < 0.2
  const room = Math.floor(number * 100) % 4
  // as peers do it: nothing that is newer ends earlier
  const expiry = world.clock.now() + (room === 0 ? 60_000 : 3_000_000)
  const name = `room-${room}`
  registry.store.put(await world.record(key, { key: name, sequence: 1 + step, expiry, withdrawn }))
}

/** Every one with every other, twice: what the last one brings reaches the first. */
async function heal(registries: readonly TestRegistry[]): Promise<void> {
  for (const registry of registries) await registry.store.purge()
  for (let turn = 0; turn < 2; turn++) {
    for (const registry of registries) for (const other of registries) await registry.take(other.client)
  }
}
