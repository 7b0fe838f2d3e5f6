import { nextTurn, systemClock } from '@waystone/kit'
import { ManualClock } from '@waystone/kit/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { listenerCount } from './listener-count.ts'

const DAY_MS = 86_400_000

describe('the system clock', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('tells the time', () => {
    vi.setSystemTime(12_345)
    expect(systemClock.now()).toBe(12_345)
    const before = systemClock.monotonic()
    vi.advanceTimersByTime(5)
    expect(systemClock.monotonic() - before).toBe(5)
  })

  it('runs a callback after its delay, or not when it was cleared', () => {
    const ran: string[] = []
    systemClock.setTimeout(() => ran.push('kept'), 10)
    const cleared = systemClock.setTimeout(() => ran.push('cleared'), 10)
    cleared.clear()
    cleared.clear()
    vi.advanceTimersByTime(9)
    expect(ran).toEqual([])
    vi.advanceTimersByTime(1)
    expect(ran).toEqual(['kept'])
  })

  it('waits for longer than a 32-bit timer can', () => {
    let runs = 0
    systemClock.setTimeout(() => runs++, 60 * DAY_MS)
    const cleared = systemClock.setTimeout(() => runs++, 60 * DAY_MS)
    vi.advanceTimersByTime(30 * DAY_MS)
    cleared.clear()
    vi.advanceTimersByTime(30 * DAY_MS - 1)
    expect(runs).toBe(0)
    vi.advanceTimersByTime(1)
    expect(runs).toBe(1)
  })

  it('sleeps', async () => {
    const { signal } = new AbortController()
    const sleeping = systemClock.sleep(10, { signal })
    vi.advanceTimersByTime(10)
    await sleeping
    expect(listenerCount(signal)).toBe(0)
  })
})

describe('the manual clock', () => {
  it('stands still until it is moved', async () => {
    const clock = new ManualClock(1000)
    expect(clock.now()).toBe(1000)
    await clock.advance(5)
    expect([clock.now(), clock.monotonic()]).toEqual([1005, 1005])
  })

  it('runs what falls due in order, at its own time, and what that starts too', async () => {
    const clock = new ManualClock(0)
    const ran: [string, number][] = []
    clock.setTimeout(() => ran.push(['second', clock.now()]), 20)
    clock.setTimeout(() => {
      ran.push(['first', clock.now()])
      clock.setTimeout(() => ran.push(['nested', clock.now()]), 5)
    }, 10)
    clock.setTimeout(() => ran.push(['too late', clock.now()]), 21)
    await clock.advance(20)
    expect(ran).toEqual([
      ['first', 10],
      ['nested', 15],
      ['second', 20]
    ])
    expect(clock.pending).toBe(1)
  })

  it('lets promises settle between two callbacks', async () => {
    const clock = new ManualClock(0)
    const seen: number[] = []
    const walking = (async () => {
      for (let step = 0; step < 3; step++) {
        await clock.sleep(10)
        seen.push(clock.now())
      }
    })()
    await clock.advance(30)
    await walking
    expect(seen).toEqual([10, 20, 30])
  })

  it('leaves nothing behind after a sleep, however it ended', async () => {
    const clock = new ManualClock()
    const controller = new AbortController()
    const { signal } = controller
    const slept = clock.sleep(10, { signal })
    const aborted = clock.sleep(1000, { signal })
    await clock.advance(10)
    await slept
    expect(listenerCount(signal)).toBe(1)
    controller.abort(new Error('woken'))
    await expect(aborted).rejects.toThrow('woken')
    expect([listenerCount(signal), clock.pending]).toEqual([0, 0])
  })

  it('does not begin to sleep when the signal has ended', async () => {
    const clock = new ManualClock()
    await expect(clock.sleep(10, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before')
    expect(clock.pending).toBe(0)
  })
})

it('nextTurn lets a timer and what is queued go first, and can be asked for again', async () => {
  const order: string[] = []
  setImmediate(() => order.push('queued before'))
  for (let turn = 0; turn < 3; turn++) await nextTurn()
  order.push('after')
  expect(order).toEqual(['queued before', 'after'])
})
