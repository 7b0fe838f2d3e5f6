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
  const init = { self: 'me', first: new Set(['peer-7', 'nobody']) }
  const chosen = chooseNodes({ hold: many, connect: [...few, ...many.slice(0, 9), node('me', 'ultimate')] }, init)
  const ids = chosen.map(chosenOne => chosenOne.node.id)
  expect([ids.length, new Set(ids).size, ids[0]]).toEqual([17, 17, 'peer-7'])
  expect(ids.slice(1, 4).toSorted()).toEqual(['best-0', 'best-1', 'best-2'])
  expect(chosen.slice(0, 2).map(({ lists }) => lists)).toEqual([['hold', 'connect'], ['connect']])
  const again = chooseNodes({ connect: few.toReversed(), hold: many.toReversed() }, init)
  expect(again.map(chosenOne => chosenOne.node.id).toSorted()).toEqual(ids.toSorted())
})

it('samples each item at most once, and all of a short list', () => {
  const random = seededRandom(1)
  const list = Array.from({ length: 1_000 }, (_, index) => index)
  const some = sample(list, 256, random)
  expect([some.length, new Set(some).size, some.every(item => list.includes(item))]).toEqual([256, 256, true])
  expect(sample(list, 256, random)).not.toEqual(some)
  expect(new Set(sample([1, 2, 3], 256, random))).toEqual(new Set([1, 2, 3]))
  expect(sample([], 256, random)).toEqual([])
})
