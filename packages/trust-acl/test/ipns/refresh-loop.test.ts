import { defaultLogger } from '@libp2p/logger'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { MAX_REFRESH_MS } from '../../src/ipns/constants.ts'
import { RefreshLoop } from '../../src/ipns/refresh-loop.ts'
import { DAY, NOW } from '../records.ts'
import type { Clock } from '@waystone/interface'
import type { TrustEntry } from '../../src/contract.ts'
import type { EntryFetch } from '../../src/ipns/entry-fetch.ts'
import type { TrustFileEntries } from '../../src/ipns/parts.ts'

const MINUTE = 60_000

interface SetUp {
  fails?: boolean
  fetched?: number
  ttl?: number
  clock?: ManualClock
}

function setUp({ fails = false, fetched, ttl = DAY, clock = new ManualClock(NOW) }: SetUp = {}) {
  const state = { fails, jumpMs: 0, attempts: [] as number[], hung: false }
  const jumping: Clock = {
    now: () => clock.now() + state.jumpMs,
    monotonic: () => clock.monotonic(),
    setTimeout: (callback, ms) => clock.setTimeout(callback, ms),
    sleep: async (ms, options) => await clock.sleep(ms, options)
  }
  let entry = { label: 'cluster', pubkey: 'k51', kind: 'file', status: { state: 'never' }, fetched, ttl } as TrustEntry
  const entries = {
    entry: () => entry,
    setStatus: (_pubkey: string, status: object) => void (entry = { ...entry, status: { ...entry.status, ...status } })
  } as unknown as TrustFileEntries
  const fetching = {
    fetchShipped: async () => {},
    fetch: async (_entry: unknown, { signal }: { signal: AbortSignal }) => {
      state.attempts.push(clock.now() - NOW)
      if (state.hung) await clock.sleep(1e12, { signal })
      if (state.fails) throw new Error('nobody')
      const { error: _error, ...status } = entry.status
      entry = { ...entry, fetched: jumping.now(), status }
    }
  } as unknown as EntryFetch
  const log = defaultLogger().forComponent('test')
  const loop = new RefreshLoop('k51', {
    clock: jumping,
    random: seededRandom(1),
    log,
    audit: { add: () => {} },
    entries,
    fetching
  })
  onTestFinished(async () => await loop.stop())
  return { clock, state, loop, status: () => entry.status }
}

describe('the refresh of an entry', () => {
  it('begins at once and comes again after the TTL, a little earlier on each node', async () => {
    const { clock, state, loop } = setUp()
    loop.start()
    await clock.advance(3 * DAY)
    expect(state.attempts).toHaveLength(4)
    expect(state.attempts[0]).toBe(0)
    expect(state.attempts[1]).toBeGreaterThan(0.9 * DAY)
    expect(state.attempts[1]).toBeLessThanOrEqual(DAY)
  })

  it('waits at the start until what is held is not fresh any more, and a week at most', async () => {
    const { clock, state, loop } = setUp({ fetched: NOW, ttl: 365 * DAY })
    loop.start()
    await clock.advance(0.9 * MAX_REFRESH_MS - 1)
    expect(state.attempts).toHaveLength(0)
    await clock.advance(0.1 * MAX_REFRESH_MS + 1)
    expect(state.attempts).toHaveLength(1)
  })

  it('is tried again from 30 seconds up to an hour, and says when and why', async () => {
    const { clock, state, loop, status } = setUp({ fails: true })
    loop.start()
    await clock.advance(20 * 60 * MINUTE)
    const waits = state.attempts.slice(1).map((at, index) => at - (state.attempts[index] ?? 0))
    expect(waits[0]).toBeGreaterThanOrEqual(15_000)
    expect(waits[0]).toBeLessThanOrEqual(30_000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(60 * MINUTE)
    expect(waits.at(-1)).toBeGreaterThanOrEqual(30 * MINUTE)
    expect(status().error).toEqual({ name: 'Error', message: 'nobody' })
    expect(status().nextTryAt).toBeGreaterThan(clock.now())
    expect(Number.isSafeInteger(status().nextTryAt)).toBe(true)
  })

  it('comes soon when a peer comes and nothing was ever fetched, but never more than twice a second', async () => {
    const { clock, state, loop } = setUp({ fails: true })
    loop.start()
    await clock.advance(0)
    for (let peer = 0; peer < 100; peer++) {
      loop.peerCame()
      await clock.advance(10)
    }
    expect(state.attempts.length).toBeGreaterThanOrEqual(2)
    expect(state.attempts.length).toBeLessThanOrEqual(4)
  })

  it('does not come for a peer when there is a file', async () => {
    const { clock, state, loop } = setUp({ fetched: NOW })
    loop.start()
    loop.peerCame()
    await clock.advance(MINUTE)
    expect(state.attempts).toHaveLength(0)
  })

  it('is due after a clock that was a year ahead is right again, and not in a year', async () => {
    const { clock, state, loop } = setUp({ fetched: NOW + 365 * DAY })
    loop.start()
    await clock.advance(0)
    expect(state.attempts).toEqual([0])
  })

  it('keeps its pace while the clock jumps a year, ahead and back', async () => {
    const { clock, state, loop } = setUp()
    loop.start()
    await clock.advance(MINUTE)
    state.jumpMs = 365 * DAY
    await clock.advance(DAY)
    state.jumpMs = -365 * DAY
    await clock.advance(2 * DAY)
    expect(state.attempts.length).toBeGreaterThanOrEqual(3)
    expect(state.attempts.length).toBeLessThanOrEqual(5)
  })

  it('is planned anew after the operator has fetched: no further one comes soon', async () => {
    const { clock, state, loop, status } = setUp({ fetched: NOW, ttl: DAY })
    loop.start()
    await clock.advance(0.85 * DAY)
    await loop.fetch(new AbortController().signal)
    await clock.advance(0)
    expect(status().nextTryAt).toBeGreaterThanOrEqual(NOW + 1.75 * DAY)
    await clock.advance(0.85 * DAY)
    expect(state.attempts).toEqual([0.85 * DAY])
    await clock.advance(0.15 * DAY)
    expect(state.attempts).toHaveLength(2)
  })

  it('is tried again soon after the operator could not fetch, and as it was planned after the operator gave up', async () => {
    const { clock, state, loop, status } = setUp({ fetched: NOW, ttl: DAY })
    loop.start()
    await clock.advance(MINUTE)
    state.fails = true
    await expect(loop.fetch(new AbortController().signal)).rejects.toThrow('nobody')
    await clock.advance(0)
    expect(status().nextTryAt).toBeLessThanOrEqual(clock.now() + 30_000)
    state.fails = false
    await clock.advance(30_000)
    expect(state.attempts).toHaveLength(2)
    await expect(loop.fetch(AbortSignal.abort(new Error('given up')))).resolves.toBeUndefined()
    await clock.advance(0.85 * DAY)
    expect(state.attempts).toHaveLength(3)
  })

  it('ends at once, also while it fetches, and leaves no timer', async () => {
    const { clock, state, loop } = setUp()
    state.hung = true
    loop.start()
    await clock.advance(0)
    await loop.stop()
    expect(clock.pending).toBe(0)
  })
})
