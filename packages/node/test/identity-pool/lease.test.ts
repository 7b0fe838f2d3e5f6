import { ManualClock } from '@waystone/kit/testing'
import { describe, expect, test } from 'vitest'
import { Lease } from '../../src/identity-pool/lease.ts'
import { keptLog } from './quiet-log.ts'
import type { Claim } from '../../src/identity-pool/contract.ts'

/** A lease of 12 s: renewed after 4 s, given up after 6 s, free for others after 10 s, tried again each 0.4 s. */
const DURATION = 12_000

interface Made {
  clock: ManualClock
  lease: Lease
  renewals: number[]
  released: number
  lines: string[]
}

function make(renew: Claim['renew'] = async () => true, clock = new ManualClock()): Made {
  const { log, lines } = keptLog()
  const made = { clock, renewals: [] as number[], released: 0, lines }
  const claim: Claim = {
    slot: 2,
    fence: 7n,
    renew: async options => {
      made.renewals.push(clock.monotonic() - begun)
      return (await renew?.(options)) ?? true
    },
    release: async () => void made.released++
  }
  const begun = clock.monotonic()
  return Object.assign(made, { lease: new Lease({ claim, since: begun, durationMs: DURATION, clock, log }) })
}

const broken = async (): Promise<boolean> => await Promise.reject(new Error('no disk'))

describe('a lease', () => {
  test('is renewed at a third of its duration, and given back once', async () => {
    const made = make()
    await made.clock.advance(12_000)
    expect(made.renewals).toEqual([4_000, 8_000, 12_000])
    expect(made.lease.lost.aborted).toBe(false)
    expect(made.lease).toMatchObject({ slot: 2, fence: 7n, leftMs: 10_000 })
    await made.lease.release()
    await made.clock.advance(60_000)
    expect(made.renewals).toHaveLength(3)
    expect(made.released).toBe(1)
    expect(made.clock.pending).toBe(0)
  })

  test('outlives renewals that fail for a moment', async () => {
    let failures = 3
    const made = make(async () => (failures-- > 0 ? await broken() : true))
    await made.clock.advance(12_000)
    expect(made.lease.lost.aborted).toBe(false)
    expect(made.renewals.slice(0, 4)).toEqual([4_000, 4_400, 4_800, 5_200])
    await made.lease.release()
  })

  test('that cannot be renewed is lost at half of its duration, with time left to stop', async () => {
    const made = make(broken)
    await made.clock.advance(5_999)
    expect(made.lease.lost.aborted).toBe(false)
    await made.clock.advance(1)
    expect(made.lease.lost.reason).toMatchObject({
      name: 'LeaseLostError',
      exitCode: 1,
      message: 'The lease of slot 2 could not be renewed',
      cause: expect.objectContaining({ message: 'no disk' })
    })
    expect(made.lease.leftMs).toBe(4_000)
    expect(made.lines[0]).toContain('could not be renewed')
    expect(made.lease.failures).toBe(made.renewals.length)
    await made.lease.release()
    expect(made.released).toBe(0)
    expect(made.clock.pending).toBe(0)
  })

  test('is measured from when a renewal began, not from when it was answered', async () => {
    const clock = new ManualClock()
    let isFirst = true
    const made = make(async () => {
      if (isFirst) await clock.sleep(1_500)
      isFirst = false
      return true
    }, clock)
    await clock.advance(5_500)
    expect(made.lease.leftMs).toBe(10_000 - 1_500)
    await clock.advance(2_500)
    expect(made.renewals).toEqual([4_000, 8_000])
    await made.lease.release()
  })

  test('is lost in time when a renewal hangs', async () => {
    const made = make(async () => await Promise.withResolvers<boolean>().promise)
    await made.clock.advance(6_000)
    expect(made.lease.lost.aborted).toBe(true)
    expect(made.clock.pending).toBe(0)
  })

  test('that somebody else has is lost at once', async () => {
    const made = make(async () => false)
    await made.clock.advance(4_000)
    expect(made.lease.lost.reason).toMatchObject({ name: 'LeaseLostError', message: expect.stringContaining('else') })
    await made.lease.release()
    expect(made.released).toBe(0)
  })

  test('is lost without another word to the keeper when the process stood still for too long', async () => {
    const made = make(undefined, new StoppableClock())
    await (made.clock as StoppableClock).freeze(60_000)
    expect(made.lease.lost.aborted).toBe(true)
    expect(made.lease.leftMs).toBe(0)
    expect(made.renewals).toEqual([])
  })

  test('is renewed once more by a process that was kept from it, while nobody else may have the slot', async () => {
    const made = make(undefined, new StoppableClock())
    await (made.clock as StoppableClock).freeze(9_000)
    expect(made.lease.lost.aborted).toBe(false)
    expect(made.lease.leftMs).toBeGreaterThan(0)
    await made.lease.release()
    expect(made.released).toBe(1)
    const failing = make(broken, new StoppableClock())
    await (failing.clock as StoppableClock).freeze(9_000)
    expect(failing.renewals).toHaveLength(1)
    expect(failing.lease.lost.aborted).toBe(true)
  })

  test('does not depend on the clock of the wall', async () => {
    const clock = new ManualClock()
    clock.now = () => 0
    const made = make(undefined, clock)
    clock.now = () => 3_600_000
    await clock.advance(12_000)
    expect(made.renewals).toHaveLength(3)
    await made.lease.release()
  })

  test('that is abandoned runs out by itself', async () => {
    const made = make()
    await made.lease.abandon()
    await made.clock.advance(60_000)
    expect(made).toMatchObject({ renewals: [], released: 0 })
    expect(made.lease.lost.aborted).toBe(false)
  })

  test('whose keeper fails at the end is over all the same', async () => {
    const clock = new ManualClock()
    const { log, lines } = keptLog()
    const claim: Claim = { slot: 0, fence: 1n, renew: async () => true, release: async () => void (await broken()) }
    await new Lease({ claim, since: clock.monotonic(), durationMs: DURATION, clock, log }).release()
    expect(lines.join()).toContain('could not be given back')
  })

  test('that nobody has to be told of never ends', async () => {
    const clock = new ManualClock()
    const claim: Claim = { slot: 3, fence: 1n, release: async () => {} }
    const lease = new Lease({ claim, since: 0, durationMs: DURATION, clock, log: keptLog().log })
    await clock.advance(10 ** 9)
    expect(lease.lost.aborted).toBe(false)
    expect(lease.leftMs).toBe(Infinity)
    expect(clock.pending).toBe(0)
  })
})

/** A clock of a process that the system can stop: no timer runs, time goes on. */
class StoppableClock extends ManualClock {
  #skipped = 0

  override monotonic(): number {
    return super.monotonic() + this.#skipped
  }

  /** Time goes on until the first renewal is due, and then all at once to `ms` after the start. */
  async freeze(ms: number): Promise<void> {
    await this.advance(3_999)
    this.#skipped = ms - 4_000
    await this.advance(1)
  }
}
