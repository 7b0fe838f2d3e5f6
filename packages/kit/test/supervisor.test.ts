import { describe, expect, it } from 'vitest'
import { LostError, Supervisor } from '@waystone/kit'
import { ManualClock, seededRandom } from '@waystone/kit/testing'

const backoff = { baseMs: 100, maxMs: 1_000 }

// something that is there or not, with a supervisor that keeps it
function thing({ works = true } = {}) {
  const clock = new ManualClock()
  const controller = new AbortController()
  const seen = { held: false, works, attempts: 0, delays: [] as number[], errors: [] as unknown[] }
  const supervisor = new Supervisor({
    ...backoff,
    what: 'connection',
    clock,
    random: seededRandom(1),
    isHeld: () => seen.held,
    acquire: async () => {
      seen.attempts++
      if (!seen.works) throw new Error('refused')
      seen.held = true
    },
    onFailure: (error, nextTryAt) => {
      seen.errors.push(error)
      seen.delays.push(nextTryAt - clock.now())
    }
  })
  const lose = async (): Promise<void> => {
    seen.held = false
    supervisor.wake()
    await clock.advance(0)
  }
  const ended = supervisor.run({ signal: controller.signal })
  return { clock, controller, seen, supervisor, lose, ended }
}

describe('a supervisor', () => {
  it('gets the thing at once and then leaves no timer', async () => {
    const { clock, seen } = thing()
    await clock.advance(0)
    expect(seen).toMatchObject({ held: true, attempts: 1 })
    expect(clock.pending).toBe(0)
  })

  it('tries for ever, with growing waits up to the longest', async () => {
    const { clock, seen } = thing({ works: false })
    await clock.advance(0)
    await clock.advance(60_000)
    expect(seen.attempts).toBeGreaterThan(60)
    expect(seen.delays[0]).toBeLessThanOrEqual(100)
    expect(seen.delays[0]).toBeGreaterThanOrEqual(50)
    expect(Math.max(...seen.delays)).toBeLessThanOrEqual(1_000)
    expect(Math.min(...seen.delays.slice(4))).toBeGreaterThanOrEqual(500)
    expect(clock.pending).toBe(1)
  })

  it('gets a lost thing again after a wait', async () => {
    const { clock, seen, lose } = thing()
    await clock.advance(0)
    await lose()
    expect(seen).toMatchObject({ held: false, attempts: 1 })
    expect(seen.errors[0]).toEqual(new LostError('connection lost'))
    await clock.advance(100)
    expect(seen).toMatchObject({ held: true, attempts: 2 })
  })

  it('waits longer and longer when the thing goes as soon as it came', async () => {
    const { clock, seen, lose } = thing()
    for (let round = 0; round < 8; round++) {
      while (!seen.held) await clock.advance(10)
      await lose()
    }
    expect(seen.delays[0]).toBeLessThanOrEqual(100)
    expect(seen.delays.at(-1)).toBeGreaterThanOrEqual(500)
  })

  it('starts over with short waits when the thing was held for long', async () => {
    const { clock, seen, lose } = thing({ works: false })
    await clock.advance(0)
    await clock.advance(10_000)
    seen.works = true
    await clock.advance(1_000)
    expect(seen.held).toBe(true)
    await clock.advance(1_000)
    await lose()
    expect(seen.delays.at(-1)).toBeLessThanOrEqual(100)
  })

  it('stops waiting when somebody else brought the thing', async () => {
    const { clock, seen, supervisor } = thing({ works: false })
    await clock.advance(0)
    seen.held = true
    supervisor.wake()
    await clock.advance(0)
    expect(seen.attempts).toBe(1)
    expect(clock.pending).toBe(0)
  })

  it('ignores a wake that changes nothing', async () => {
    const { clock, seen, supervisor } = thing()
    supervisor.wake()
    await clock.advance(0)
    supervisor.wake()
    await clock.advance(10_000)
    expect(seen).toMatchObject({ attempts: 1, errors: [] })
  })

  it.each([
    ['while it waits to try again', false],
    ['while the thing is held', true]
  ])('ends with the signal %s', async (_when, works) => {
    const { clock, controller, ended } = thing({ works })
    await clock.advance(0)
    controller.abort()
    await expect(ended).resolves.toBeUndefined()
    expect(clock.pending).toBe(0)
  })
})
