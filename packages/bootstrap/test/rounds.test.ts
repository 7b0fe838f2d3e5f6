import { multiaddr } from '@multiformats/multiaddr'
import { expect, it, vi } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { ROUND_MS } from '../src/constants.ts'
import { Rounds } from '../src/rounds.ts'
import { Standings } from '../src/standing.ts'
import { makeRecord } from './records.ts'
import type { Parts } from '../src/parts.ts'
import type { Sampler } from '../src/sampler.ts'

function setUp(state: { isEnough: boolean; isStocked: boolean; isAnyConnected: boolean }) {
  const clock = new ManualClock()
  const sample = vi.fn<Sampler['sample']>(async () => Promise.resolve([]))
  const openConnection = vi.fn<(...targets: unknown[]) => Promise<unknown>>(async () => Promise.resolve({}))
  const connectionManager = { getConnections: () => [], openConnection }
  const counts = { count: () => undefined }
  const parts = { clock, random: seededRandom(1), counts, connectionManager } as unknown as Parts
  const rounds = new Rounds(parts, {
    sampler: { sample, isAnyConnected: () => state.isAnyConnected } as unknown as Sampler,
    standings: new Standings(),
    onPoorSeed: () => undefined,
    goodAfterMs: 0,
    isEnough: () => state.isEnough,
    isStocked: () => state.isStocked,
    settled: async () => Promise.resolve()
  })
  const controller = new AbortController()
  const running = rounds.run(controller.signal)
  const stop = async (): Promise<void> => {
    controller.abort(new Error('over'))
    await running
  }
  return { clock, openConnection, rounds, sample, stop }
}

it('asks seeds within the hour although there are enough good peers, and not at once', async () => {
  const { clock, sample, stop } = setUp({ isEnough: true, isStocked: true, isAnyConnected: false })
  await clock.advance(ROUND_MS / 2 - 1)
  expect(sample).toHaveBeenCalledTimes(0)
  await clock.advance(ROUND_MS + 1)
  expect(sample.mock.calls.length).toBeGreaterThan(0)
  await stop()
  expect(clock.pending).toBe(0)
})

it('dials whom seeds name although there are enough good peers: they may be those of one attacker', async () => {
  const { clock, openConnection, sample, stop } = setUp({ isEnough: true, isStocked: true, isAnyConnected: true })
  const { id, peer } = await makeRecord()
  sample.mockResolvedValue([
    { id, peer, sequence: 1n, addresses: [], reach: [multiaddr('/ip4/8.8.8.8/tcp/1')], networks: [], seed: 'seed' }
  ])
  await clock.advance(2 * ROUND_MS)
  expect(openConnection.mock.calls.map(([targets]: unknown[]) => String(targets))).toContain(
    `/ip4/8.8.8.8/tcp/1/p2p/${id}`
  )
  await stop()
})

it('asks at once when there are too few, and again with growing waits', async () => {
  const { clock, sample, stop } = setUp({ isEnough: false, isStocked: false, isAnyConnected: true })
  await clock.advance(0)
  expect(sample).toHaveBeenCalledTimes(1)
  await clock.advance(60 * 60 * 1_000)
  expect(sample.mock.calls.length).toBeGreaterThan(10)
  expect(sample.mock.calls.length).toBeLessThan(60)
  await stop()
})

it('waits for a seed that is being looked for, and is woken by it', async () => {
  const state = { isEnough: false, isStocked: false, isAnyConnected: false }
  const { clock, rounds, sample, stop } = setUp(state)
  await clock.advance(0)
  expect(sample).toHaveBeenCalledTimes(0)
  state.isAnyConnected = true
  rounds.wake()
  await clock.advance(0)
  expect(sample).toHaveBeenCalledTimes(1)
  await stop()
})
