import fc from 'fast-check'
import { expect, it } from 'vitest'
import { interleave } from './interleave.ts'
import { judge, median, renderRows, spread } from './report.ts'
import type { Row, Target } from './report.ts'

function rowOf(samples: number[], baseline: number[], target?: Target): Row {
  const row = { name: 'stream', unit: 'MiB/s', samples, baseline: { name: 'raw', samples: baseline } }
  return target === undefined ? row : { ...row, target }
}

it('takes the middle of an odd number of values and the mean of the middle two of an even number', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([9, 1, 5, 7])).toBe(6)
  expect(median([])).toBeNaN()
})

it('finds a median that has as many values below as above it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), values => {
      const middle = median(values)
      expect(values.filter(value => value < middle).length).toBeLessThanOrEqual(values.length / 2)
      expect(values.filter(value => value > middle).length).toBeLessThanOrEqual(values.length / 2)
    })
  )
})

it('leaves the order of the samples alone', () => {
  const samples = [3, 1, 2]
  median(samples)
  expect(samples).toEqual([3, 1, 2])
})

it('gives the spread as half the range, as a share of the median', () => {
  expect(spread([90, 100, 110])).toBeCloseTo(0.1)
  expect(spread([100])).toBe(0)
  expect(spread([0, 0])).toBe(0)
})

it('divides the median by the median of the baseline', () => {
  const { value, baselineValue, ratio } = judge('foundation', rowOf([10, 200, 30], [60, 5, 70]))
  expect({ value, baselineValue, ratio }).toEqual({ value: 30, baselineValue: 60, ratio: 0.5 })
})

it('judges nothing without a target', () => {
  expect(judge('foundation', rowOf([1], [2]))).not.toHaveProperty('met')
})

it.each<[Target, boolean]>([
  [{ ratioAtLeast: 1.8 }, true],
  [{ ratioAtLeast: 2.1 }, false],
  [{ ratioAtMost: 2 }, true],
  [{ ratioAtMost: 1.9 }, false],
  [{ valueAtMost: 100 }, true],
  [{ valueAtMost: 99 }, false],
  [{ valueAtLeast: 100 }, true],
  [{ valueAtLeast: 101 }, false],
  [{ ratioAtLeast: 1.8, valueAtMost: 99 }, false]
])('judges 100 over 50 by %o as %s', (target, met) => {
  expect(judge('foundation', rowOf([100], [50], target)).met).toBe(met)
})

it('never calls a figure met that could not be taken', () => {
  for (const target of [{ ratioAtLeast: 0 }, { ratioAtMost: 9 }, { valueAtMost: 9 }, { valueAtLeast: 0 }]) {
    expect(judge('foundation', rowOf([], [], target)).met).toBe(false)
  }
})

it('prints a line a row with aligned columns', () => {
  const met = judge('foundation', rowOf([900, 1_000, 1_100], [500], { ratioAtLeast: 1.8 }))
  const failed = judge('foundation', rowOf([4.25], [8.5], { ratioAtLeast: 1.8, valueAtMost: 1 }))
  expect(renderRows([met, failed])).toBe(
    [
      'suite       row     value             baseline       ratio  target                    met  runs',
      'foundation  stream  1000 MiB/s ±10 %  500 ±0 % raw   2.00   ratio >= 1.8              yes  3',
      'foundation  stream  4.25 MiB/s ±0 %   8.50 ±0 % raw  0.50   ratio >= 1.8, <= 1 MiB/s  NO   1'
    ].join('\n')
  )
})

it('takes the figures in turn and drops the warm-up', async () => {
  const order: string[] = []
  let count = 0
  const take = (name: string) => async () => {
    order.push(name)
    return ++count
  }
  const samples = await interleave({ ours: take('ours'), theirs: take('theirs') }, { runs: 2, report: () => {} })
  expect(order).toEqual(['ours', 'theirs', 'ours', 'theirs', 'ours', 'theirs'])
  expect(samples).toEqual({ ours: [3, 5], theirs: [4, 6] })
})
