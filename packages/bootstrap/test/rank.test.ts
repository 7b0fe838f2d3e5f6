import fc from 'fast-check'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { seededRandom } from '@waystone/kit/testing'
import { GOOD_PEER_AGE_MS, RANK_HALF_LIFE_MS } from '../src/constants.ts'
import { networkOf } from '../src/network.ts'
import { chooseSpread, keepBest, rankOf } from '../src/rank.ts'
import type { Ranked } from '../src/rank.ts'

const now = 1_000 * GOOD_PEER_AGE_MS
const caps = { narrow: 2, wide: 3, exemptPrivate: true }

const row = (over: Partial<Ranked> & { address?: string } = {}): Ranked => {
  const network = networkOf(multiaddr(over.address ?? '/ip4/8.8.8.8/tcp/1'))
  return { reachedAt: now, meetings: 1, failures: 0, networks: network === undefined ? [] : [network], ...over }
}

it('ranks by meetings, age and failures', () => {
  expect(rankOf(row({ meetings: 4 }), now)).toBe(4)
  expect(rankOf(row({ meetings: 1_000 }), now)).toBe(16)
  expect(rankOf(row({ reachedAt: now - RANK_HALF_LIFE_MS }), now)).toBe(0.5)
  expect(rankOf(row({ failures: 2 }), now)).toBe(0.25)
})

const rows = fc.array(
  fc.record({
    reachedAt: fc.integer({ min: now - 2 * GOOD_PEER_AGE_MS, max: now }),
    meetings: fc.integer({ min: 1, max: 99 }),
    failures: fc.integer({ min: 0, max: 9 }),
    address: fc.tuple(fc.nat(3), fc.nat(3)).map(([a, b]) => `/ip4/8.${a}.${b}.1/tcp/1`)
  }),
  { maxLength: 60 }
)

it('keeps the best within the caps, and nobody who was not reached for two weeks', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 20 }), (all, max) => {
      const given = all.map(row)
      const kept = keepBest(given, { now, max, caps })
      expect(kept.length).toBeLessThanOrEqual(max)
      for (const narrow of new Set(kept.map(({ networks: [first] }) => first?.narrow))) {
        expect(kept.filter(({ networks: [first] }) => first?.narrow === narrow).length).toBeLessThanOrEqual(2)
      }
      for (const wide of new Set(kept.map(({ networks: [first] }) => first?.wide))) {
        expect(kept.filter(({ networks: [first] }) => first?.wide === wide).length).toBeLessThanOrEqual(3)
      }
      expect(kept.every(({ reachedAt }) => now - reachedAt < GOOD_PEER_AGE_MS)).toBe(true)
      expect(kept.map(one => rankOf(one, now))).toEqual(kept.map(one => rankOf(one, now)).toSorted((a, b) => b - a))
    })
  )
})

it('chooses each at most once, spread before crowded, and all that there are if need be', () => {
  fc.assert(
    fc.property(rows, fc.nat(20), fc.integer(), (all, max, seed) => {
      const given = all.map(row)
      const chosen = chooseSpread(given, { now, max, caps, random: seededRandom(seed) })
      expect(chosen).toHaveLength(Math.min(max, given.length))
      expect(new Set(chosen).size).toBe(chosen.length)
    })
  )
})

it('prefers better ones without being sure', () => {
  const [good, bad] = [row({ meetings: 9, address: '/ip4/8.1.1.1/tcp/1' }), row({ address: '/ip4/8.2.1.1/tcp/1' })]
  const random = seededRandom(1)
  const first = Array.from({ length: 2_000 }, () => chooseSpread([bad, good], { now, max: 1, caps, random })[0])
  expect(first.filter(one => one === good).length / first.length).toBeCloseTo(0.9, 1)
})

it('leaves one owner of a network a few places, however good its peers are, in the cache and in a start', () => {
  const kept = { narrow: 4, wide: 16, exemptPrivate: false }
  const strong = Array.from({ length: 200 }, (_, index) =>
    row({ meetings: 16, address: `/ip4/9.9.${index % 50}.${index}/tcp/1` })
  )
  const weak = Array.from({ length: 20 }, (_, index) => row({ failures: 3, address: `/ip4/8.${index}.1.1/tcp/1` }))
  const cache = keepBest([...strong, ...weak], { now, max: 256, caps: kept })
  expect(cache.filter(one => strong.includes(one))).toHaveLength(16)
  expect(cache.filter(one => weak.includes(one))).toHaveLength(20)
  const tried = { narrow: 1, wide: 2, exemptPrivate: false }
  for (let seed = 0; seed < 20; seed++) {
    const chosen = chooseSpread(cache, { now, max: 22, caps: tried, random: seededRandom(seed) })
    expect(chosen.filter(one => strong.includes(one))).toHaveLength(2)
  }
})
