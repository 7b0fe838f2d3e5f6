import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateOffset, medianOffset } from '../src/clock/estimate.ts'

const START = 1_700_000_000_000

/** What a peer answers whose clock is ahead by `offset`, over a way there and a way back. */
function sample({ offset, there, back, held = 0 }: { offset: number; there: number; back: number; held?: number }) {
  const receivedAt = Math.floor(START + there + offset)
  return { sentAt: START, roundTripMs: there + held + back, receivedAt, answeredAt: receivedAt + held }
}

describe('the offset of a clock', () => {
  it('is never further away than the bound, however the round trip is divided', () => {
    const ways = fc.record({
      offset: fc.integer({ min: -1e9, max: 1e9 }),
      there: fc.double({ min: 0, max: 5_000, noNaN: true }),
      back: fc.double({ min: 0, max: 5_000, noNaN: true }),
      held: fc.nat(1_000)
    })
    fc.assert(
      fc.property(ways, way => {
        const estimate = estimateOffset([sample(way)])
        expect(Math.abs((estimate?.offsetMs ?? Infinity) - way.offset)).toBeLessThanOrEqual(
          (estimate?.boundMs ?? 0) + 1e-3
        )
      })
    )
  })

  it('is that of the shortest round trip', () => {
    const samples = [
      sample({ offset: 100, there: 900, back: 100 }),
      sample({ offset: 100, there: 5, back: 5 }),
      sample({ offset: 100, there: 20, back: 80 })
    ]
    expect(estimateOffset(samples)).toEqual({ offsetMs: 100, boundMs: 6 })
  })

  it.each([
    ['an answer before the question', { receivedAt: START + 50, answeredAt: START }],
    ['an answer held for longer than the round trip', { receivedAt: START, answeredAt: START + 60_000 }],
    ['times beyond what numbers hold', { receivedAt: Number(2n ** 64n - 1n), answeredAt: Number(2n ** 64n - 1n) }]
  ])('is not taken from %s', (_name, times) => {
    expect(estimateOffset([{ sentAt: START, roundTripMs: 10, ...times }])).toBeUndefined()
  })
})

describe('the median of several clocks', () => {
  it('is not moved by one that is wrong', () => {
    const estimates = [10, 12, 1e9].map(offsetMs => ({ offsetMs, boundMs: 5 }))
    expect(medianOffset(estimates)).toEqual({ offsetMs: 12, boundMs: 5 })
  })

  it('of two covers both', () => {
    const estimates = [0, 100].map(offsetMs => ({ offsetMs, boundMs: 5 }))
    expect(medianOffset(estimates)).toEqual({ offsetMs: 50, boundMs: 55 })
  })

  it('of none is none', () => {
    expect(medianOffset([])).toBeUndefined()
  })
})
