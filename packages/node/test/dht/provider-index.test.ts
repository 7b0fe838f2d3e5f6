import * as fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { Largest } from '../../src/dht/largest.ts'
import { ProviderIndex } from '../../src/dht/provider-index.ts'

const limits = { total: 10, perPeer: 4, perContent: 3 }
const name = (content: number | string, peer: number | string) => ({ content: `c${content}`, peer: `p${peer}` })
const key = (content: number | string, peer: number | string): string => `/c${content}/p${peer}`

function filled(...pairs: [content: number, peer: number][]): ProviderIndex {
  const index = new ProviderIndex(limits)
  for (const [content, peer] of pairs) index.take(key(content, peer), name(content, peer))
  return index
}

it('lets what a peer has told of longest ago give way to its own', () => {
  const index = filled([1, 1], [2, 1], [3, 1], [4, 1])
  expect(index.take(key(1, 1), name(1, 1))).toEqual([])
  expect(index.take(key(5, 1), name(5, 1))).toEqual([key(2, 1)])
  expect(index.size).toBe(4)
})

it('has only so many providers of one content; those that are there renew', () => {
  const index = filled([1, 1], [1, 2], [1, 3])
  expect(index.fits(key(1, 4), 'c1')).toBe(false)
  expect(index.fits(key(1, 2), 'c1')).toBe(true)
  index.drop(key(1, 3))
  expect(index.fits(key(1, 4), 'c1')).toBe(true)
})

it('lets those who have most give way when it is full: a flood pushes out its own', () => {
  const index = filled([1, 1], [1, 2])
  for (let content = 10; content < 14; content++) {
    for (const flooder of [8, 9]) index.take(key(content, flooder), name(content, flooder))
  }
  expect(index.size).toBe(limits.total)
  const gone = Array.from({ length: 50 }, (_, at) => index.take(key(20 + at, 7), name(20 + at, 7))).flat()
  expect(index.size).toBe(limits.total)
  expect(gone.filter(text => text.endsWith('p1') || text.endsWith('p2'))).toEqual([])
})

it('knows who has most, whoever comes and goes', () => {
  const step = fc.record({ who: fc.constantFrom('a', 'b', 'c', 'd'), isMore: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const [largest, counts] = [new Largest(), new Map<string, number>()]
      for (const { who, isMore } of steps) {
        if (isMore) largest.add(who)
        else largest.remove(who)
        counts.set(who, Math.max(0, (counts.get(who) ?? 0) + (isMore ? 1 : -1)))
        const most = Math.max(...counts.values())
        expect(largest.name === undefined ? 0 : counts.get(largest.name)).toBe(most)
      }
    })
  )
})

it('looks through no list of all peers when it is full', () => {
  const index = new ProviderIndex({ total: 1_000, perPeer: 10, perContent: 1_000 })
  for (let at = 0; at < 1_000; at++) index.take(key(at, at), name(at, at))
  // what is looked at of any list, one after the other
  const steps = [new Map().values(), new Set().values()].map(list => vi.spyOn(Object.getPrototypeOf(list), 'next'))
  for (let at = 0; at < 100; at++) index.take(key(at, 'new'), name(at, 'new'))
  const looked = steps.reduce((sum, { mock }) => sum + mock.calls.length, 0)
  steps.forEach(spy => spy.mockRestore())
  expect(index.size).toBe(1_000)
  expect(looked).toBeGreaterThan(0)
  expect(looked).toBeLessThan(1_000)
})
