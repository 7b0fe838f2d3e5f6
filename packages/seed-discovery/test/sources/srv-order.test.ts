import { seededRandom } from '@waystone/kit/testing'
import { expect, it } from 'vitest'
import { orderSrv } from '../../src/sources/srv.ts'

const answer = (name: string, priority: number, weight: number) => ({ name, port: 1, priority, weight })

it('puts the lowest priority first, whatever the weights', () => {
  const random = seededRandom(1)
  const answers = [answer('late', 20, 65_535), answer('first', 1, 0), answer('next', 2, 0)]
  for (let round = 0; round < 50; round++) {
    expect(orderSrv(answers, random).map(({ name }) => name)).toEqual(['first', 'next', 'late'])
  }
})

it('puts equals in turns as often as their weights say', () => {
  const random = seededRandom(2)
  const answers = [answer('light', 1, 10), answer('heavy', 1, 90), answer('none', 1, 0)]
  const firsts = { light: 0, heavy: 0, none: 0 }
  for (let round = 0; round < 10_000; round++) {
    const ordered = orderSrv(answers, random)
    expect(new Set(ordered).size).toBe(3)
    const [first] = ordered
    if (first !== undefined && first.name in firsts) firsts[first.name as keyof typeof firsts]++
  }
  expect(firsts.heavy / 10_000).toBeCloseTo(0.9, 1)
  expect(firsts.light / 10_000).toBeCloseTo(0.1, 1)
  expect(firsts.none).toBeGreaterThan(20)
})
