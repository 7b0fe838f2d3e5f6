import { systemRandom } from '@waystone/kit'
import { seededRandom } from '@waystone/kit/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Random } from '@waystone/interface'

const sources: [string, Random][] = [
  ['the system', systemRandom],
  ['a seed', seededRandom(7)]
]

describe.each(sources)('randomness from %s', (_, random) => {
  it('has the length that was asked for', () => {
    for (const length of [0, 1, 32, 1000]) expect(random.bytes(length)).toHaveLength(length)
  })

  it('lies in [0, 1) and spreads over it', () => {
    const tenths = new Set<number>()
    for (let draw = 0; draw < 1000; draw++) {
      const number = random.number()
      expect(number >= 0 && number < 1).toBe(true)
      tenths.add(Math.floor(number * 10))
    }
    expect(tenths.size).toBe(10)
  })

  it('does not repeat itself', () => {
    expect(random.bytes(16)).not.toEqual(random.bytes(16))
  })
})

describe('a seed', () => {
  it('gives the same numbers again, and another seed gives others', () => {
    fc.assert(
      fc.property(fc.integer(), seed => {
        expect(seededRandom(seed).bytes(16)).toEqual(seededRandom(seed).bytes(16))
        expect(seededRandom(seed).bytes(16)).not.toEqual(seededRandom(seed + 1).bytes(16))
      })
    )
  })
})
