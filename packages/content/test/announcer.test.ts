import { expect, test } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { Announcer } from '../src/announcer.ts'
import { REPROVIDE_MS } from '../src/constants.ts'
import { logger } from '@libp2p/logger'
import { rawCidOf } from './raw-peer.ts'
import type { CID } from 'multiformats/cid'

async function setUp() {
  const clock = new ManualClock()
  const kept: CID[] = [await rawCidOf(Uint8Array.of(1))]
  const state = { offline: false, provided: [] as string[] }
  const provide = async (cid: CID): Promise<void> => {
    if (state.offline) throw new Error('no peers')
    state.provided.push(cid.toString())
  }
  const announcer = new Announcer({
    routing: { provide },
    kept: async () => kept,
    clock,
    random: seededRandom(1),
    log: logger('test')
  })
  return { announcer, clock, kept, state }
}

test('announces what is kept at the start, what comes later at once, and all of it every 22 hours', async () => {
  const { announcer, clock, kept, state } = await setUp()
  announcer.start()
  await clock.advance(0)
  expect(state.provided).toHaveLength(1)
  const later = await rawCidOf(Uint8Array.of(2))
  kept.push(later)
  announcer.add(later)
  await clock.advance(0)
  expect(state.provided.slice(1)).toEqual([later.toString()])
  await clock.advance(REPROVIDE_MS)
  expect(state.provided).toHaveLength(4)
  await announcer.stop()
  await announcer.stop()
  expect(clock.pending).toBe(0)
})

test('repeats what failed until it succeeds, and forgets what was removed', async () => {
  const { announcer, clock, kept, state } = await setUp()
  state.offline = true
  announcer.start()
  await clock.advance(10 * 60_000)
  const removed = await rawCidOf(Uint8Array.of(3))
  announcer.add(removed)
  await clock.advance(0)
  announcer.remove(removed)
  state.offline = false
  await clock.advance(60 * 60_000)
  expect(state.provided).toEqual([kept[0]?.toString()])
  await announcer.stop()
  expect(clock.pending).toBe(0)
})
