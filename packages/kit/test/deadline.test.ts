import { createDeadline } from '@waystone/kit'
import { ManualClock } from '@waystone/kit/testing'
import { describe, expect, it } from 'vitest'
import { listenerCount } from './listener-count.ts'

describe('a deadline', () => {
  it('ends the signal when time is up and says what took too long', async () => {
    const clock = new ManualClock()
    const parent = new AbortController()
    const { signal } = createDeadline({ ms: 100, what: 'handshake', signal: parent.signal, clock })
    await clock.advance(99)
    expect(signal.aborted).toBe(false)
    await clock.advance(1)
    expect(signal.reason).toMatchObject({
      name: 'DeadlineExceededError',
      message: 'handshake took longer than 100 ms'
    })
    expect(listenerCount(parent.signal)).toBe(0)
  })

  it('leaves no timer and no listener when it is disposed', async () => {
    const clock = new ManualClock()
    const parent = new AbortController()
    let kept: AbortSignal
    {
      using deadline = createDeadline({ ms: 100, what: 'x', signal: parent.signal, clock })
      kept = deadline.signal
      expect([clock.pending, listenerCount(parent.signal)]).toEqual([1, 1])
    }
    expect([clock.pending, listenerCount(parent.signal)]).toEqual([0, 0])
    await clock.advance(100)
    expect(kept.aborted).toBe(false)
  })

  it('ends with its parent and keeps the reason', () => {
    const clock = new ManualClock()
    const parent = new AbortController()
    const { signal } = createDeadline({ ms: 100, what: 'x', signal: parent.signal, clock })
    const reason = new Error('stopped')
    parent.abort(reason)
    expect(signal.reason).toBe(reason)
    expect(clock.pending).toBe(0)
  })

  it('has ended when its parent had', () => {
    const clock = new ManualClock()
    const reason = new Error('stopped')
    using deadline = createDeadline({ ms: 100, what: 'x', signal: AbortSignal.abort(reason), clock })
    expect(deadline.signal.reason).toBe(reason)
    expect(clock.pending).toBe(0)
  })
})
