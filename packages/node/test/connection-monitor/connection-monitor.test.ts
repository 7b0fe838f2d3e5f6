import { KEEP_ALIVE_MS } from '@waystone/wire'
import { expect, it } from 'vitest'
import {
  FIRST_PING_MS,
  LOOK_MS,
  MAX_WAITING,
  MUXER_PING_MS,
  PING_DEADLINE_MS
} from '../../src/libp2p/connection-monitor/constants.ts'
import { answering, Crowd, silent } from './crowd.ts'
import type { FakeConnection } from './crowd.ts'

const SECOND = 1_000

/** Lets time pass; says how many pings came within each step. */
async function pingsPer(stepMs: number, crowd: Crowd, ms: number): Promise<number[]> {
  const all = (): number => crowd.connections.reduce((sum, { pings }) => sum + pings.length, 0)
  const steps: number[] = []
  for (let passed = 0; passed < ms; passed += stepMs) {
    const before = all()
    await crowd.clock.advance(stepMs)
    steps.push(all() - before)
  }
  return steps
}

function gapsOf({ pings }: FakeConnection): number[] {
  return pings.slice(1).map((at, index) => at - (pings[index] ?? 0))
}

it('measures a new connection soon, and hears from an idle one within the keep-alive again and again', async () => {
  await using crowd = new Crowd()
  const one = crowd.open(answering)
  await crowd.clock.advance(FIRST_PING_MS.to + LOOK_MS)
  expect(one.pings).toHaveLength(1)
  expect(one.rtt).toBe(0)
  await crowd.clock.advance(10 * KEEP_ALIVE_MS)
  expect(Math.max(...gapsOf(one))).toBeLessThanOrEqual(KEEP_ALIVE_MS)
  expect(crowd.count('unsupported')).toBe(one.pings.length)
})

it('does not ping who talks, but for a fresh round trip now and then', async () => {
  await using crowd = new Crowd()
  const one = crowd.open(answering)
  for (let passed = 0; passed < 600 * SECOND; passed += MUXER_PING_MS) {
    await crowd.clock.advance(MUXER_PING_MS)
    one.traffic.received += 12
  }
  expect(one.pings.length).toBeGreaterThanOrEqual(2)
  expect(one.pings.length).toBeLessThanOrEqual(3)
  expect(Math.min(...gapsOf(one))).toBeGreaterThan(200 * SECOND)
})

it('spreads the pings of 1,000 connections that came at once, and reaches all in time', async () => {
  await using crowd = new Crowd()
  for (let count = 0; count < 1_000; count++) crowd.open(answering)
  const first = await pingsPer(100, crowd, FIRST_PING_MS.to + LOOK_MS)
  const idle = await pingsPer(100, crowd, KEEP_ALIVE_MS)
  expect(Math.max(...first, ...idle)).toBeLessThanOrEqual(20)
  expect(crowd.connections.filter(({ pings }) => pings.length < 2)).toEqual([])
  expect(crowd.connections.filter(({ pings }) => pings.length > 3)).toEqual([])
})

it('keeps a bounded number of pings waiting when all peers are gone at once, and finds them all', async () => {
  await using crowd = new Crowd()
  let waiting = 0
  let most = 0
  const gone = async (signal: AbortSignal): Promise<never> => {
    most = Math.max(most, ++waiting)
    await new Promise(resolve => signal.addEventListener('abort', resolve))
    waiting--
    throw signal.reason
  }
  for (let count = 0; count < 2_000; count++) crowd.open(gone)
  await crowd.clock.advance(KEEP_ALIVE_MS + 5 * PING_DEADLINE_MS)
  expect(most).toBe(MAX_WAITING)
  expect(crowd.connections.filter(({ aborted }) => aborted?.name !== 'PeerSilentError')).toEqual([])
})

it('cuts a peer that answers nothing, by name, ten seconds after it was asked', async () => {
  await using crowd = new Crowd()
  const one = crowd.open(answering)
  await crowd.clock.advance(FIRST_PING_MS.to + LOOK_MS)
  Object.assign(one, { newStream: silent })
  const lastHeard = one.pings.at(-1) ?? 0
  const left = lastHeard + KEEP_ALIVE_MS + PING_DEADLINE_MS - crowd.clock.monotonic()
  await crowd.clock.advance(left)
  expect(one.aborted).toMatchObject({ name: 'PeerSilentError', cause: { name: 'DeadlineExceededError' } })
  expect(crowd.count('dead')).toBe(1)
  expect(crowd.monitor.size).toBe(0)
})

it('keeps a peer that sends other things while it owes an answer', async () => {
  await using crowd = new Crowd()
  const one = crowd.open(async (_signal, { traffic }) => {
    void crowd.clock.sleep(PING_DEADLINE_MS - 1).then(() => (traffic.received += 1))
    return await new Promise<never>(() => {})
  })
  await crowd.clock.advance(10 * KEEP_ALIVE_MS)
  expect(one.aborted).toBeUndefined()
  expect(one.rtt).toBeUndefined()
  expect(crowd.count('alive')).toBeGreaterThan(5)
})

it('keeps a peer that resets its streams, where their negotiation is not counted', async () => {
  await using crowd = new Crowd()
  const reset = Object.assign(new Error('reset'), { name: 'StreamResetError' })
  const one = crowd.open(async () => await Promise.reject(reset))
  await crowd.clock.advance(10 * KEEP_ALIVE_MS)
  expect(one.aborted).toBeUndefined()
  expect(Math.min(...gapsOf(one))).toBeGreaterThan(20 * SECOND)
})

it('asks again when no stream could be opened, and cuts what stays so', async () => {
  await using crowd = new Crowd()
  const full = Object.assign(new Error('full'), { name: 'TooManyOutboundProtocolStreamsError' })
  const one = crowd.open(async () => await Promise.reject(full))
  await crowd.clock.advance(KEEP_ALIVE_MS + PING_DEADLINE_MS - LOOK_MS)
  expect(one.aborted).toBeUndefined()
  expect(one.pings.length).toBeGreaterThan(3)
  await crowd.clock.advance(2 * LOOK_MS)
  expect(one.aborted).toMatchObject({ name: 'PeerSilentError', cause: full })
})

it('is told of an answer that waited behind the deadline in a process that was held up', async () => {
  await using crowd = new Crowd()
  const one = crowd.open(async (signal, { traffic }) => {
    signal.addEventListener('abort', () => setImmediate(() => (traffic.received += 32)))
    return await new Promise<never>(() => {})
  })
  while (one.pings.length === 0) await crowd.clock.advance(LOOK_MS)
  await crowd.clock.advance(PING_DEADLINE_MS)
  expect(crowd.count('alive')).toBe(1)
  expect(one.aborted).toBeUndefined()
})

it('forgets what was closed, and then no timer runs', async () => {
  await using crowd = new Crowd()
  const [one, other] = [crowd.open(answering), crowd.open(answering)]
  expect(crowd.monitor.size).toBe(2)
  crowd.close(one)
  expect(crowd.monitor.size).toBe(1)
  // its end was told before its beginning
  other.timeline.close = 1
  await crowd.clock.advance(2 * LOOK_MS)
  expect(crowd.monitor.size).toBe(0)
  expect(crowd.clock.pending).toBe(0)
})

it('stops with all that runs, and starts again with what is open', async () => {
  await using crowd = new Crowd()
  let ended: unknown
  const one = crowd.open(async signal => {
    await new Promise(resolve => signal.addEventListener('abort', resolve))
    ended = signal.reason
    throw signal.reason
  })
  while (one.pings.length === 0) await crowd.clock.advance(LOOK_MS)
  await crowd.monitor.stop()
  await crowd.monitor.stop()
  expect(ended).toMatchObject({ message: 'the node stops' })
  expect(one.aborted).toBeUndefined()
  expect([crowd.clock.pending, crowd.monitor.size]).toEqual([0, 0])
  crowd.monitor.start()
  expect(crowd.monitor.size).toBe(1)
})
