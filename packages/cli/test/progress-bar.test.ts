import { describe, expect, it } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { formatBytes, formatDuration } from '../src/format.ts'
import { ProgressBar } from '../src/progress-bar.ts'

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1_572_864, '1.5 MiB'],
    [2 ** 31, '2.0 GiB'],
    [2 ** 60, '1048576.0 TiB']
  ])('writes %d as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
})

describe('formatDuration', () => {
  it.each([
    [0, '0:00'],
    [6_600, '0:07'],
    [750_000, '12:30'],
    [3_723_000, '1:02:03'],
    [-5, '0:00']
  ])('writes %d ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text))
})

describe('ProgressBar', () => {
  it('shows share, amount, rate, time left and the note', async () => {
    const clock = new ManualClock()
    const bar = new ProgressBar({ total: 4_096, clock })
    bar.update(1_024)
    await clock.advance(1_000)
    bar.update(2_048)
    expect(bar.render(200, { note: 'relayed' })).toBe(
      ' 50 % [##########----------] 2.0 KiB of 4.0 KiB  1.0 KiB/s  0:02 left  relayed'
    )
  })

  it('does not count what a resumed transfer has already as speed', async () => {
    const clock = new ManualClock()
    const bar = new ProgressBar({ total: 4_096, clock })
    await clock.advance(1)
    bar.update(4_000)
    expect(bar.rate).toBe(0)
  })

  it('follows a rate that changes', async () => {
    const clock = new ManualClock()
    const bar = new ProgressBar({ total: 1e9, clock })
    let bytes = 1
    bar.update(bytes)
    for (const rate of [1_000, 9_000]) {
      for (let second = 0; second < 20; second++) {
        await clock.advance(1_000)
        bytes += rate
        bar.update(bytes)
      }
      expect(Math.round(bar.rate / 10) * 10).toBe(rate)
    }
  })

  it('leaves the rate out for what is done in no time', async () => {
    const clock = new ManualClock()
    const bar = new ProgressBar({ total: 4_096, clock })
    bar.update(1)
    await clock.advance(499)
    bar.update(4_096)
    expect(bar.render(200)).toBe('100 % [####################] 4.0 KiB of 4.0 KiB')
  })

  it('names a phase before the amounts, which may go back in the next one', () => {
    const bar = new ProgressBar({ total: 100, clock: new ManualClock() })
    bar.update(15)
    expect(bar.render(20, { phase: 'hashing' })).toBe('hashing  15 % [###--')
  })

  it('fits the width and is complete for an empty file', () => {
    const bar = new ProgressBar({ total: 0, clock: new ManualClock() })
    expect(bar.render(10)).toBe('100 % [###')
  })
})
