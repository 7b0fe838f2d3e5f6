import { expect, it } from 'vitest'
import { MAX_STANDINGS } from '../src/constants.ts'
import { Standings } from '../src/standing.ts'

it('knows nothing of a seed of which nothing was tried', () => {
  expect(new Standings().of('a')).toBeUndefined()
})

it('lowers the standing of a seed whose peers are dead, says so once, and lets it mend', () => {
  const standings = new Standings()
  const said = Array.from({ length: 20 }, () => standings.note('bad', { alive: 0, dead: 2 }))
  expect(said.filter(Boolean)).toHaveLength(1)
  expect(standings.isPoor('bad')).toBe(true)
  expect(standings.of('bad')).toBeLessThan(0.1)
  for (let round = 0; round < 10; round++) standings.note('bad', { alive: 8, dead: 0 })
  expect(standings.isPoor('bad')).toBe(false)
  expect(standings.of('bad')).toBeGreaterThan(0.7)
})

it('does not call a seed poor for a few dead peers, or for a few dead among many', () => {
  const standings = new Standings()
  standings.note('few', { alive: 0, dead: 3 })
  standings.note('some', { alive: 30, dead: 10 })
  expect([standings.isPoor('few'), standings.isPoor('some')]).toEqual([false, false])
})

it('stays small', () => {
  const standings = new Standings()
  for (let index = 0; index < 2 * MAX_STANDINGS; index++) standings.note(String(index), { alive: 1, dead: 0 })
  expect([standings.of('0'), standings.of(String(MAX_STANDINGS + 1))]).toEqual([undefined, 2 / 3])
})
