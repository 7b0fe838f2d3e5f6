import { base58btc } from 'multiformats/bases/base58'
import { Code, ConnectError } from '@connectrpc/connect'
import { until } from '@waystone/kit/testing'
import { create } from '@bufbuild/protobuf'
import { RecordNameSchema } from '@waystone/wire/registry'
import { signRecord } from '../../src/index.ts'
import { newKey } from '../store/records.ts'
import { expect, it, onTestFinished } from 'vitest'
import { heldRecord, hold, twoSeeds } from './world.ts'
import type { RegistryChange } from '../../src/client.ts'
import type { ClientWorld, FakeRegistry } from './world.ts'

/** Of the records of these tests. */
const LIFETIME_MS = 600_000

interface Watched {
  /** What the watch told, in short. */
  told: string[]
  changes: RegistryChange[]
}

function watch(world: ClientWorld, options: { resume?: string } = {}): Watched {
  const ending = new AbortController()
  const watched: Watched = { told: [], changes: [] }
  const watching = follow(world.registry.watch('rendezvous', undefined, { ...options, signal: ending.signal }), watched)
  onTestFinished(async () => {
    ending.abort()
    await watching
  })
  return watched
}

async function follow(all: AsyncIterable<RegistryChange>, { told, changes }: Watched): Promise<void> {
  try {
    for await (const change of all) {
      changes.push(change)
      if (change.type === 'put') told.push(`put ${change.record.key}`)
      else told.push(change.type === 'gone' ? `gone ${change.name.key}` : change.type)
    }
  } catch {
    // the test ends it
  }
}

/** It says nothing more, and is not connected any more. */
function lose(world: ClientWorld, fake: FakeRegistry): void {
  fake.lies = {
    watch: () => {
      throw new ConnectError('gone', Code.Unavailable)
    }
  }
  world.leave(fake)
  fake.store.close()
}

const currents = ({ told }: Watched): number => told.filter(one => one === 'current').length

it('goes on at another registry, and tells what is new there, and what is not there when it expires', async () => {
  const { world, a, b } = await twoSeeds()
  const [stays, goes] = [await heldRecord(world, 'stays'), await heldRecord(world, 'goes')]
  await hold(stays, a, b)
  await hold(goes, a)
  const watched = watch(world)
  const { told } = watched
  await until(() => currents(watched) === 1)
  expect(told).toEqual(['put stays', 'put goes', 'current'])
  lose(world, a)
  await hold(await heldRecord(world, 'new'), b)
  await world.advanceUntil(() => currents(watched) === 2)
  expect(told.slice(3)).toEqual(['put new', 'current'])
  await world.clock.advance(LIFETIME_MS)
  await world.advanceUntil(() => told.includes('gone goes'))
  const { changes } = watched
  const isGone = (change: RegistryChange): boolean => change.type === 'gone'
  expect(changes.filter(isGone)).toContainEqual(expect.objectContaining({ resume: expect.stringMatching(/.\../) }))
})

it('does not tell that something is gone which another registry only gets later', async () => {
  const { world, a, b } = await twoSeeds()
  const late = await heldRecord(world, 'late')
  await hold(late, a)
  const watched = watch(world)
  await until(() => currents(watched) === 1)
  lose(world, a)
  await world.advanceUntil(() => currents(watched) === 2)
  await hold(late, b)
  await hold(await heldRecord(world, 'after'), b)
  await world.advanceUntil(() => watched.told.includes('put after'))
  expect(watched.told).toEqual(['put late', 'current', 'current', 'put after'])
  // it expires there as it would have here, and is told once
  await world.clock.advance(LIFETIME_MS)
  await world.advanceUntil(() => watched.told.includes('gone late'))
  await world.clock.advance(60_000)
  expect(watched.told.filter(one => one === 'gone late')).toHaveLength(1)
})

it('believes a registry that says so that something is gone which it never gave', async () => {
  const { world, a, b } = await twoSeeds()
  const key = await newKey()
  const times = { sequence: world.clock.now(), expiry: world.clock.now() + 600_000 }
  const signed = await signRecord(key, { kind: 'rendezvous', key: 'chess', ...times })
  await hold(signed, a)
  const watched = watch(world)
  await until(() => currents(watched) === 1)
  const [put] = watched.changes
  const peer = base58btc.baseDecode(put?.type === 'put' ? put.record.id : '')
  b.lies = {
    async *watch(_request, { signal }) {
      yield { change: { case: 'current' as const, value: true }, resume: '1' }
      const name = create(RecordNameSchema, { kind: 'rendezvous', key: 'chess', peer })
      yield { change: { case: 'gone' as const, value: name }, resume: '2' }
      await new Promise(resolve => signal.addEventListener('abort', resolve))
    }
  }
  lose(world, a)
  await world.advanceUntil(() => watched.told.includes('gone chess'))
  expect(watched.told).toEqual(['put chess', 'current', 'current', 'gone chess'])
})

it('does not tell of an older version that another registry still has', async () => {
  const { world, a, b } = await twoSeeds()
  const [key, now] = [await newKey(), world.clock.now()]
  const version = async (sequence: number) =>
    await signRecord(key, { kind: 'rendezvous', key: 'chess', sequence, expiry: now + 300_000 + sequence })
  const [old, newer] = [await version(1), await version(2)]
  await hold(newer, a)
  await hold(old, b)
  const watched = watch(world)
  await until(() => currents(watched) === 1)
  lose(world, a)
  await world.advanceUntil(() => currents(watched) === 2)
  await hold(newer, b)
  await hold(await heldRecord(world, 'after'), b)
  await world.advanceUntil(() => watched.told.includes('put after'))
  expect(watched.told).toEqual(['put chess', 'current', 'current', 'put after'])
})

it('leaves no timer behind', async () => {
  const { world, a } = await twoSeeds()
  await hold(await heldRecord(world, 'chess'), a)
  const ending = new AbortController()
  const watched: Watched = { told: [], changes: [] }
  const watching = follow(world.registry.watch('rendezvous', undefined, { signal: ending.signal }), watched)
  await until(() => currents(watched) === 1)
  lose(world, a)
  await world.advanceUntil(() => currents(watched) === 2)
  const waiting = world.clock.pending
  ending.abort()
  await watching
  expect(world.clock.pending).toBeLessThan(waiting)
})

it('leaves a registry that gives what is not valid', async () => {
  const { world, a, b } = await twoSeeds()
  const signed = await heldRecord(world, 'chess')
  await hold(signed, b)
  a.lies = {
    async *watch() {
      yield { change: { case: 'put' as const, value: { ...signed, signature: new Uint8Array(64) } }, resume: '1' }
    }
  }
  const { told } = watch(world)
  await world.advanceUntil(() => told.includes('current'))
  expect(told).toEqual(['put chess', 'current'])
})

it.each<[string, { peer?: Uint8Array; key?: string }]>([
  ['a peer of 512 KiB, which would take minutes to write in base58', { peer: new Uint8Array(512 * 1_024) }],
  ['a key of 512 KiB', { key: 'x'.repeat(512 * 1_024) }]
])('leaves a registry that says that something is gone with %s', async (_what, name) => {
  const { world, a, b } = await twoSeeds()
  await hold(await heldRecord(world, 'chess'), b)
  const peer = a.peer.toMultihash().bytes
  a.lies = {
    async *watch() {
      const value = create(RecordNameSchema, { kind: 'rendezvous', key: 'chess', peer, ...name })
      yield { change: { case: 'gone' as const, value }, resume: '1' }
    }
  }
  const { told } = watch(world)
  await world.advanceUntil(() => told.includes('current'))
  expect(told).toEqual(['put chess', 'current'])
})

it('begins anew where it cannot go on', async () => {
  const { world, b } = await twoSeeds()
  await hold(await heldRecord(world, 'chess'), b)
  const { told } = watch(world, { resume: '12D3KooWKL3KaR4rgvdfVr3HB7GUexyNHDCYGo74AnPRCv9YXxHD.7' })
  await world.advanceUntil(() => told.includes('current'))
  expect(told[0]).toBe('reset')
})
