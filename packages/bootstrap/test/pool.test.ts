import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { MAX_POOL, POOL_AGE_MS, SORT_MS } from '../src/constants.ts'
import { networkOf } from '../src/network.ts'
import { Pool } from '../src/pool.ts'
import { newPeer } from './records.ts'
import type { ReachedPeer } from '../src/pool.ts'

const clock = new ManualClock()
const peer = await newPeer()

const reached = (index: number): ReachedPeer => ({
  id: String(index),
  peer,
  record: new Uint8Array(),
  networks: [networkOf(multiaddr(`/ip4/8.${index % 250}.${Math.floor(index / 250)}.1/tcp/1`))].filter(
    one => one !== undefined
  ),
  reachedAt: clock.monotonic()
})

const fit = (): boolean => true
const newPool = (): Pool => new Pool({ clock, random: seededRandom(1), private: false })

it('holds 2,000 at most, and forgets who was not reached for an hour', async () => {
  const pool = newPool()
  for (let index = 0; index < MAX_POOL + 10; index++) pool.add(reached(index))
  expect([pool.size, pool.get('9'), pool.get('10')?.id]).toEqual([MAX_POOL, undefined, '10'])
  await clock.advance(POOL_AGE_MS / 2)
  pool.add(reached(11))
  await clock.advance(POOL_AGE_MS / 2)
  expect([pool.size, pool.sample(32, fit).map(({ id }) => id)]).toEqual([1, ['11']])
})

it('never gives who has left it, also between two sortings', async () => {
  const pool = newPool()
  for (let index = 0; index < 3; index++) pool.add(reached(index))
  expect(pool.sample(32, fit)).toHaveLength(3)
  pool.delete('1')
  expect(
    pool
      .sample(32, fit)
      .map(({ id }) => id)
      .sort()
  ).toEqual(['0', '2'])
  pool.add(reached(3))
  await clock.advance(SORT_MS)
  expect(pool.sample(32, fit)).toHaveLength(3)
})

it('looks at few of many for each of 100 newcomers at once', () => {
  const pool = newPool()
  for (let index = 0; index < MAX_POOL; index++) pool.add(reached(index))
  let looks = 0
  const isFit = (): boolean => ++looks > 0
  for (let newcomer = 0; newcomer < 100; newcomer++) expect(pool.sample(32, isFit)).toHaveLength(32)
  expect(looks).toBeLessThan(100 * 32 * 2)
})
