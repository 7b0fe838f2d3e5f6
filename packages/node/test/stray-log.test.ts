import { ManualClock } from '@waystone/kit/testing'
import { expect, test } from 'vitest'
import { createStrayLog } from '../src/lifecycle/stray-log.ts'
import type { Logger } from '@libp2p/interface'

test('rejections that nobody handled are logged within a rate, and those left out are counted', async () => {
  const lines: unknown[][] = []
  const log: Logger = Object.assign(() => {}, {
    enabled: true,
    error: (...values: unknown[]) => void lines.push(values),
    trace: () => {},
    newScope: () => log
  })
  const clock = new ManualClock()
  const report = createStrayLog(log, clock)
  for (let index = 0; index < 1_000; index++) report(index)
  expect(lines.map(([, reason]) => reason)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  await clock.advance(1_000)
  report('later')
  expect(lines.slice(10)).toEqual([
    ['%d rejections that nobody handled were left out', 990],
    ['a rejection that nobody handled - %e', 'later']
  ])
  await clock.advance(1_000)
  report('last')
  expect(lines.slice(12)).toEqual([['a rejection that nobody handled - %e', 'last']])
})
