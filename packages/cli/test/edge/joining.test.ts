import { describe, expect, it } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { waitUntilJoined } from '../../src/edge/joining.ts'

const MISSING = 'no seed connected: …4kx6nXTN connection refused'

function start(timeoutMs?: number) {
  const clock = new ManualClock()
  const controller = new AbortController()
  const notes: string[] = []
  const lines = [MISSING]
  const joined = waitUntilJoined(
    { missing: () => lines },
    {
      note: text => notes.push(text),
      signal: controller.signal,
      clock,
      ...(timeoutMs !== undefined && { timeoutMs })
    }
  )
  return { clock, controller, notes, lines, joined }
}

describe('waiting until an edge has joined', () => {
  it('ends when nothing is missing any more, and says nothing of a short wait', async () => {
    const { clock, notes, lines, joined } = start()
    await clock.advance(1_000)
    lines.pop()
    await clock.advance(100)
    await joined
    expect(notes).toEqual([])
  })

  it('says once what a long wait is for', async () => {
    const { clock, notes, lines, joined } = start()
    await clock.advance(10_000)
    expect(notes).toEqual([`still waiting: ${MISSING}`])
    lines.pop()
    await clock.advance(100)
    await joined
  })

  it('gives up in the time it has, and says what was missing', async () => {
    const { clock, joined } = start(5_000)
    const failure = joined.catch((error: unknown) => error)
    await clock.advance(6_000)
    expect(await failure).toMatchObject({ name: 'NotJoinedError', message: expect.stringContaining(MISSING) })
  })

  it('ends with its signal', async () => {
    const { clock, controller, joined } = start()
    const failure = joined.catch((error: unknown) => error)
    await clock.advance(100)
    controller.abort(new Error('stop'))
    expect(await failure).toMatchObject({ message: 'stop' })
  })
})
