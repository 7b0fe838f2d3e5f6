import { backoffDelay, retry } from '@waystone/kit'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listenerCount } from './listener-count.ts'
import type { RetryOptions } from '@waystone/kit'

const below1 = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const init = fc.record({
  baseMs: fc.integer({ min: 1, max: 10_000 }),
  maxMs: fc.integer({ min: 1, max: 1_000_000 }),
  factor: fc.double({ min: 1, max: 10, noNaN: true })
})

describe('the backoff delay', () => {
  it('lies between half and all of what the attempt allows, and never above the limit', () => {
    fc.assert(
      fc.property(init, fc.nat(2000), below1, (backoff, attempt, random) => {
        const full = Math.min(backoff.maxMs, backoff.baseMs * backoff.factor ** attempt)
        const delay = backoffDelay(attempt, backoff, random)
        expect(delay).toBeGreaterThanOrEqual(full / 2)
        expect(delay).toBeLessThanOrEqual(full)
      })
    )
  })

  it('does not get shorter with the attempts', () => {
    fc.assert(
      fc.property(init, fc.nat(2000), below1, (backoff, attempt, random) => {
        expect(backoffDelay(attempt + 1, backoff, random)).toBeGreaterThanOrEqual(
          backoffDelay(attempt, backoff, random)
        )
      })
    )
  })

  it('doubles unless told otherwise', () => {
    expect([0, 1, 2, 9].map(attempt => backoffDelay(attempt, { baseMs: 100, maxMs: 1000 }, 0))).toEqual([
      50, 100, 200, 500
    ])
  })
})

describe('retry', () => {
  function options(more: Partial<RetryOptions> = {}): RetryOptions & { clock: ManualClock } {
    return { baseMs: 100, maxMs: 1000, random: seededRandom(1), ...more, clock: new ManualClock() }
  }

  it('repeats until the work succeeds', async () => {
    const seen: number[] = []
    const failures: string[] = []
    const settings = options({ onFailure: (error, delay) => failures.push(`${String(error)} ${delay > 0}`) })
    const result = retry(async attempt => {
      seen.push(attempt)
      if (attempt < 2) throw new Error('not yet')
      return 'done'
    }, settings)
    await settings.clock.advance(2000)
    expect(await result).toBe('done')
    expect(seen).toEqual([0, 1, 2])
    expect(failures).toEqual(['Error: not yet true', 'Error: not yet true'])
    expect(settings.clock.pending).toBe(0)
  })

  it('gives up with the last error when the repeats are used up', async () => {
    const settings = options({ retries: 2 })
    let attempts = 0
    const result = retry(async () => {
      throw new Error(`failure ${++attempts}`)
    }, settings)
    const [, outcome] = await Promise.all([settings.clock.advance(5000), result.catch(String)])
    expect(outcome).toBe('Error: failure 3')
    expect(attempts).toBe(3)
  })

  it('stops waiting when the signal ends, with its reason', async () => {
    const controller = new AbortController()
    const settings = options({ signal: controller.signal })
    let attempts = 0
    const result = retry(async () => {
      attempts++
      throw new Error('no')
    }, settings)
    await settings.clock.advance(10)
    controller.abort(new Error('stopped'))
    await expect(result).rejects.toThrow('stopped')
    expect([attempts, settings.clock.pending, listenerCount(controller.signal)]).toEqual([1, 0, 0])
  })

  it('does not repeat work that failed because the signal ended', async () => {
    const controller = new AbortController()
    const result = retry(
      async () => {
        controller.abort(new Error('stopped'))
        throw new Error('because of that')
      },
      options({ signal: controller.signal })
    )
    await expect(result).rejects.toThrow('stopped')
  })

  it('does not begin when the signal has ended', async () => {
    let attempts = 0
    const signal = AbortSignal.abort(new Error('before'))
    await expect(retry(async () => attempts++, options({ signal }))).rejects.toThrow('before')
    expect(attempts).toBe(0)
  })
})
