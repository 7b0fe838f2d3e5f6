import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HALF_LIFE_MS, LONG_SPAN_MS, MAX_RATING_AGE_MS } from '../../src/ratings/constants.ts'
import { judge } from '../../src/ratings/judge.ts'
import { count, decay, decayed, meanOf } from '../../src/ratings/tally.ts'
import type { OwnExperience, PeerRating } from '../../src/ratings/contract.ts'

const NOW = 1_700_000_000_000
const DAY = 24 * 60 * 60 * 1_000

const good = (rater: string, over: Partial<PeerRating> = {}): PeerRating => {
  return { rater, peer: 'x', scores: { reachability: 1, uptime: 1 }, addresses: [], ratedAt: NOW, ...over }
}
const bad = (rater: string, ratedAt = NOW): PeerRating => good(rater, { scores: { reachability: 0 }, ratedAt })
const own = (score: number, weight: number, spanMs = 0): OwnExperience => ({
  scores: { uptime: score },
  weight,
  spanMs
})
const level = (ratings: PeerRating[], experience?: OwnExperience) => judge({ ratings, own: experience, now: NOW })

const score = fc.option(fc.oneof(fc.double(), fc.double({ min: 0, max: 1 })), { nil: undefined })
const anyRating = fc.record({
  rater: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  peer: fc.constant('x'),
  addresses: fc.constant([]),
  scores: fc
    .record({ reachability: score, relayQuality: score, uptime: score })
    .map(scores => Object.fromEntries(Object.entries(scores).filter(([, value]) => value !== undefined))),
  ratedAt: fc.oneof(fc.integer({ min: NOW - 9 * DAY, max: NOW + DAY }), fc.double())
})
const anyOwn = fc.option(
  fc.record({ scores: fc.record({ uptime: fc.double({ min: 0, max: 1 }) }), weight: fc.double(), spanMs: fc.double() }),
  { nil: undefined }
)

describe('the level by ratings', () => {
  it('is never above marginal, whatever the ratings are, and nothing throws', () => {
    fc.assert(
      fc.property(fc.array(anyRating, { maxLength: 40 }), anyOwn, (ratings, experience) => {
        expect([undefined, 'peer', 'marginal']).toContain(judge({ ratings, own: experience, now: NOW }))
      })
    )
  })

  it('does not change with duplicates, nor with the order', () => {
    const ratings = fc.array(anyRating, { maxLength: 20 })
    fc.assert(
      fc.property(ratings, anyOwn, fc.infiniteStream(fc.double({ min: 0, max: 1 })), (given, experience, keys) => {
        const doubled = [...given, ...given, ...given]
        const shuffled = doubled.map(rating => ({ rating, key: keys.next().value ?? 0 }))
        const mixed = shuffled.sort((a, b) => a.key - b.key).map(({ rating }) => rating)
        expect(judge({ ratings: mixed, own: experience, now: NOW })).toBe(
          judge({ ratings: given, own: experience, now: NOW })
        )
      })
    )
  })

  it('needs three raters for marginal and two for peer; one counts once, however often it speaks', () => {
    expect(level([good('a')])).toBeUndefined()
    expect(level([good('a'), good('b')])).toBe('peer')
    expect(level([good('a'), good('b'), good('c')])).toBe('marginal')
    const loud = Array.from({ length: 100 }, (_, index) => good('a', { ratedAt: NOW - index }))
    expect(level(loud)).toBeUndefined()
  })

  it('is by the newest rating of each rater', () => {
    const before = ['a', 'b', 'c'].map(rater => good(rater, { ratedAt: NOW - DAY }))
    expect(level([...before, bad('c')])).toBe('peer')
    expect(level([...before, bad('c', NOW - 2 * DAY)])).toBe('marginal')
  })

  it('needs two thirds of those with an opinion to agree', () => {
    const three = ['a', 'b', 'c'].map(rater => good(rater))
    expect(level([...three, bad('d'), bad('e')])).toBeUndefined()
    expect(level([...three, good('d', { scores: {} })])).toBe('marginal')
  })

  it('ends when ratings are old, and counts none of the future', () => {
    const three = (ratedAt: number) => ['a', 'b', 'c'].map(rater => good(rater, { ratedAt }))
    expect(level(three(NOW - MAX_RATING_AGE_MS))).toBe('marginal')
    expect(level(three(NOW - MAX_RATING_AGE_MS - 1))).toBeUndefined()
    expect(level(three(NOW + 60_001))).toBeUndefined()
  })

  it('is by own measurements first', () => {
    const many = Array.from({ length: 50 }, (_, index) => good(`r${index}`))
    expect(level(many, own(0.2, 5))).toBeUndefined()
    expect(level(many, own(0.2, 1))).toBe('peer')
    expect(level([], own(1, 3))).toBe('peer')
    expect(level([], own(1, 10, LONG_SPAN_MS - 1))).toBe('peer')
    expect(level([], own(1, 10, LONG_SPAN_MS))).toBe('marginal')
    expect(level([bad('a'), bad('b'), bad('c')], own(1, 20, LONG_SPAN_MS))).toBe('marginal')
  })
})

describe('a tally', () => {
  it('halves with each half-life, and a clock that jumps back takes nothing', () => {
    expect(decay(HALF_LIFE_MS)).toBeCloseTo(0.5)
    expect(decay(-HALF_LIFE_MS)).toBe(1)
    const two = count(count(undefined, 1, NOW), 0, NOW)
    expect(decayed(two, NOW + HALF_LIFE_MS).weight).toBeCloseTo(1)
    expect(meanOf(two)).toBe(0.5)
  })

  it('weighs what is new more, and stays between 0 and 1', () => {
    expect(meanOf(count(count(undefined, 0, NOW), 1, NOW + HALF_LIFE_MS))).toBeCloseTo(2 / 3)
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 100 * DAY }))), samples => {
        let tally = count(undefined, 1, NOW)
        for (const [worked, after] of samples) tally = count(tally, worked ? 1 : 0, NOW + after)
        const mean = meanOf(tally) ?? -1
        expect(mean >= 0 && mean <= 1).toBe(true)
      })
    )
    expect(meanOf(undefined)).toBeUndefined()
  })
})
