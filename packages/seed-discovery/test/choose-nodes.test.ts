import { seededRandom } from '@waystone/kit/testing'
import { expect, it } from 'vitest'
import { chooseNodes } from '../src/choose-nodes.ts'
import { sample } from '../src/sample.ts'
import type { TrustedNode, TrustLevel } from '@waystone/interface'

/** A node of which nobody may make a `PeerId`: that takes 15 µs. */
function node(id: string, level: TrustLevel): TrustedNode {
  return {
    id,
    level,
    label: id,
    addresses: [],
    strict: false,
    get peer(): never {
      throw new Error('nobody asked for the peer')
    }
  }
}

it('chooses 16 of 100,000 without a PeerId, those of the highest level from either list first', () => {
  const many = Array.from({ length: 100_000 }, (_, index) => node(`peer-${index}`, 'trusted'))
  const few = Array.from({ length: 3 }, (_, index) => node(`best-${index}`, 'ultimate'))
  const chosen = chooseNodes([many, [...few, ...many.slice(0, 9)]], { own: 'me', without: new Set(['best-1']) })
  expect(chosen).toHaveLength(16)
  expect(new Set(chosen).size).toBe(16)
  expect(
    chosen
      .slice(0, 2)
      .map(({ id }) => id)
      .toSorted()
  ).toEqual(['best-0', 'best-2'])
  expect(chosen).toEqual(
    chooseNodes([many.toReversed(), few], { own: 'me', without: new Set(['best-1']) }).toSorted(
      (a, b) => chosen.indexOf(a) - chosen.indexOf(b)
    )
  )
})

it('samples each item at most once, and all of a short list', () => {
  const random = seededRandom(1)
  const list = Array.from({ length: 1_000 }, (_, index) => index)
  const some = sample(list, 256, random)
  expect([some.length, new Set(some).size, some.every(item => list.includes(item))]).toEqual([256, 256, true])
  expect(sample(list, 256, random)).not.toEqual(some)
  expect(sample([1, 2, 3], 256, random).toSorted()).toEqual([1, 2, 3])
  expect(sample([], 256, random)).toEqual([])
})
