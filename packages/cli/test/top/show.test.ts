import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { ManualClock, until } from '@waystone/kit/testing'
import { printEach, showOnScreen } from '../../src/top/show.ts'
import { snapshot } from './snapshots.ts'
import type { WatchInit } from '../../src/top/show.ts'

const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'

class FakeInput extends EventEmitter {
  readonly isTTY = true
  raw = false
  paused = false
  setRawMode(raw: boolean): this {
    this.raw = raw
    return this
  }
  resume(): this {
    return this
  }
  pause(): this {
    this.paused = true
    return this
  }
}

class FakeOutput extends EventEmitter {
  columns = 80
  rows = 24
  written = ''
  write(text: string): boolean {
    this.written += text
    return true
  }
}

function start(init: Partial<WatchInit> = {}) {
  const clock = new ManualClock()
  const [input, output, controller] = [new FakeInput(), new FakeOutput(), new AbortController()]
  let taken = 0
  const take = async () => snapshot({ atMs: clock.monotonic(), node: { circuits: ++taken } })
  const watching = { take, intervalMs: 1_000, count: Infinity, signal: controller.signal, clock, ...init }
  const shown = showOnScreen(watching, input as never, output as never)
  const press = (keys: string): void => void input.emit('data', Buffer.from(keys))
  return { clock, input, output, controller, shown, press, taken: () => taken }
}

describe('the screen', () => {
  it('is drawn every second until q, and then the terminal is as before', async () => {
    const listeners = process.listenerCount('exit')
    const { clock, input, output, shown, press, taken } = start()
    await clock.advance(2_000)
    expect(output.written.startsWith(ENTER)).toBe(true)
    expect([taken(), input.raw]).toEqual([3, true])
    expect(output.written).toContain('circuits through here 3')
    press('q')
    await shown
    expect(output.written.endsWith(LEAVE)).toBe(true)
    expect([input.raw, input.paused, input.listenerCount('data'), output.listenerCount('resize')]).toEqual([
      false,
      true,
      0,
      0
    ])
    expect([process.listenerCount('exit'), clock.pending]).toEqual([listeners, 0])
  })

  it('is sorted anew as soon as a key is pressed; arrows do nothing', async () => {
    const { clock, output, shown, press, taken } = start()
    await clock.advance(0)
    press('\u001b[a')
    expect(output.written).not.toContain('by age')
    press('a')
    expect(output.written).toContain('by age')
    press('n')
    expect(output.written).toContain('by name')
    expect(taken()).toBe(1)
    press('\u0003')
    await shown
  })

  it('is drawn for the new size of the window at once', async () => {
    const { clock, output, shown, press } = start()
    await clock.advance(0)
    output.written = ''
    output.columns = 10
    output.emit('resize')
    expect(output.written).toContain('relay 12D…')
    press('q')
    await shown
  })

  it('ends after the count', async () => {
    const { clock, output, shown } = start({ count: 2 })
    await clock.advance(1_000)
    await shown
    expect(output.written.endsWith(LEAVE)).toBe(true)
  })

  it('gives the terminal back when the node is lost, when it is interrupted, and when the process ends', async () => {
    const lost = start({ take: async () => await Promise.reject(new Error('lost')) })
    await expect(lost.shown).rejects.toThrow('lost')
    expect(lost.output.written).toBe(`${ENTER}${LEAVE}`)
    const interrupted = start()
    await interrupted.clock.advance(0)
    interrupted.controller.abort(new Error('interrupted'))
    await expect(interrupted.shown).rejects.toThrow('interrupted')
    expect(interrupted.output.written.endsWith(LEAVE)).toBe(true)
    const ended = start()
    await ended.clock.advance(0)
    for (const listener of process.listeners('exit').slice(-1)) listener(0)
    expect([ended.output.written.endsWith(LEAVE), ended.input.raw]).toEqual([true, false])
    ended.press('q')
    ended.controller.abort()
    await ended.shown.catch(() => undefined)
  })
})

it('without a terminal each look is printed, with rates from the first one on', async () => {
  const clock = new ManualClock()
  let bytes = 0n
  const take = async () => snapshot({ atMs: clock.monotonic(), node: { bytesSent: (bytes += 100n) } })
  const sent: (number | undefined)[] = []
  const { signal } = new AbortController()
  const done = printEach({ take, intervalMs: 500, count: 2, signal, clock }, ({ rates }) =>
    sent.push(rates?.total.sent)
  )
  await clock.advance(1_000)
  await done
  expect(sent).toEqual([200, 200])
  await until(() => clock.pending === 0)
})
