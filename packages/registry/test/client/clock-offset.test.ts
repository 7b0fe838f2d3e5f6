import { describe, expect, it } from 'vitest'
import { ClockOffset } from '../../src/client/clock-offset.ts'

const OURS = 1_700_000_000_000
const HOUR = 3_600_000

function offsetOf(...byWhat: number[]): number {
  const offset = new ClockOffset()
  for (const [index, by] of byWhat.entries()) offset.heard(`registry ${index}`, BigInt(OURS + by), OURS)
  return offset.value
}

describe('what is added to the own clock', () => {
  it.each([
    ['nothing where registries agree with it, or nearly', [0, 20_000, -20_000], 0],
    ['what they say that all differ from it', [HOUR, HOUR + 5, HOUR + 10], HOUR + 5],
    ['nothing for one of three that is off', [0, HOUR, 0], 0],
    ['nothing for one of two that is ahead', [0, HOUR], 0],
    ['nothing for one of two that is behind', [-HOUR, 0], 0],
    ['what both of two say', [-HOUR, -HOUR - 5], -HOUR]
  ])('is %s', (_what, byWhat, expected) => {
    expect(offsetOf(...byWhat)).toBe(expected)
  })

  it('is nothing for times that are none', () => {
    const offset = new ClockOffset()
    offset.heard('a', 0n, OURS)
    offset.heard('b', 2n ** 63n, OURS)
    expect(offset.value).toBe(0)
  })
})
