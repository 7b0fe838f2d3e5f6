import { KeyedTokenBuckets, TokenBucket } from '@waystone/kit'
import { ManualClock } from '@waystone/kit/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const rates = { capacity: fc.integer({ min: 1, max: 50 }), refillPerSecond: fc.integer({ min: 1, max: 2000 }) }

describe('a token bucket', () => {
  it('never lets through more than its burst and its rate', async () => {
    const steps = fc.array(fc.record({ waitMs: fc.nat(2000), n: fc.integer({ min: 1, max: 60 }) }), { maxLength: 50 })
    await fc.assert(
      fc.asyncProperty(fc.record(rates), steps, async ({ capacity, refillPerSecond }, list) => {
        const clock = new ManualClock()
        const start = clock.monotonic()
        const bucket = new TokenBucket({ capacity, refillPerSecond, clock })
        let taken = 0
        for (const { waitMs, n } of list) {
          await clock.advance(waitMs)
          if (bucket.take(n)) taken += n
          expect(taken).toBeLessThanOrEqual(capacity + ((clock.monotonic() - start) * refillPerSecond) / 1000)
        }
      })
    )
  })

  it('has the tokens exactly when it said', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(rates), fc.integer({ min: 1, max: 50 }), async (init, wanted) => {
        const clock = new ManualClock()
        const bucket = new TokenBucket({ ...init, clock })
        const n = Math.min(wanted, init.capacity)
        expect(bucket.retryAfterMs(n)).toBe(0)
        while (bucket.take(n));
        const wait = bucket.retryAfterMs(n)
        expect(wait).toBeGreaterThan(0)
        await clock.advance(wait - 1)
        expect(bucket.take(n)).toBe(false)
        await clock.advance(1)
        expect(bucket.take(n)).toBe(true)
      })
    )
  })

  it('takes all or nothing', () => {
    const bucket = new TokenBucket({ capacity: 3, refillPerSecond: 1, clock: new ManualClock() })
    expect(bucket.take(4)).toBe(false)
    expect(bucket.take(3)).toBe(true)
    expect(bucket.take()).toBe(false)
  })

  it('says that more than it holds never comes', () => {
    const bucket = new TokenBucket({ capacity: 3, refillPerSecond: 1, clock: new ManualClock() })
    expect(bucket.retryAfterMs(4)).toBe(Infinity)
  })

  it.each([-1, Number.NaN])('gives nothing for %d', n => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1, clock: new ManualClock() })
    expect(bucket.take(n)).toBe(false)
    expect([bucket.take(), bucket.take()]).toEqual([true, false])
  })

  it.each([0, -1, Number.NaN])('cannot have the rate or the capacity %d', bad => {
    expect(() => new TokenBucket({ capacity: bad, refillPerSecond: 1 })).toThrow('above zero')
    expect(() => new TokenBucket({ capacity: 1, refillPerSecond: bad })).toThrow('above zero')
  })
})

describe('keyed token buckets', () => {
  function keyed(maxKeys: number): { clock: ManualClock; buckets: KeyedTokenBuckets } {
    const clock = new ManualClock()
    return { clock, buckets: new KeyedTokenBuckets({ capacity: 1, refillPerSecond: 1, maxKeys, clock }) }
  }

  it('count every key by itself', () => {
    const { buckets } = keyed(10)
    expect([buckets.take('a'), buckets.take('a'), buckets.take('b')]).toEqual([true, false, true])
    expect([buckets.retryAfterMs('a'), buckets.retryAfterMs('nobody')]).toEqual([1000, 0])
    expect(buckets.size).toBe(2)
  })

  it('forget full buckets when room is needed', async () => {
    const { buckets, clock } = keyed(3)
    for (const key of ['a', 'b']) buckets.take(key)
    await clock.advance(1000)
    buckets.take('c')
    buckets.take('d')
    expect(buckets.size).toBe(2)
    expect([buckets.take('c'), buckets.take('d')]).toEqual([false, false])
  })

  it('never remember more than the cap and forget the longest unseen first', () => {
    const { buckets } = keyed(3)
    for (const key of ['a', 'b', 'c', 'a', 'd']) buckets.take(key)
    expect(buckets.size).toBe(3)
    expect(buckets.take('a')).toBe(false)
    expect(buckets.take('b')).toBe(true)
    for (let key = 0; key < 1000; key++) buckets.take(`flood ${key}`)
    expect(buckets.size).toBe(3)
  })

  it.each([0, 1.5])('cannot be capped at %d keys', maxKeys => {
    expect(() => keyed(maxKeys)).toThrow('maxKeys')
  })
})
