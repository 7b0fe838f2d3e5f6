import { expect, it } from 'vitest'
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
