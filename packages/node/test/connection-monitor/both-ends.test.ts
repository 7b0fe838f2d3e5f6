import { KEEP_ALIVE_MS } from '@waystone/wire'
import { expect, it } from 'vitest'
import { FIRST_PING_MS, LOOK_MS } from '../../src/libp2p/connection-monitor/constants.ts'
import { answering, Crowd } from './crowd.ts'
import type { Clock } from '@waystone/interface'
import type { FakeConnection, Remote } from './crowd.ts'

const PERIODS = 40

/** The time of a way, in milliseconds: both ends may begin a ping before either hears of the other's. */
const WAY_MS = 100

/** Both ends hear of a ping: the one that answers it is spared its own. */
function hearing(clock: Clock, otherEnd: () => FakeConnection | undefined): Remote {
  return async (signal, connection) => {
    const other = otherEnd()
    await clock.sleep(WAY_MS)
    if (other !== undefined) other.traffic.received += 50
    await clock.sleep(WAY_MS)
    return await answering(signal, connection)
  }
}

function pingsOf({ connections }: Crowd): number {
  return connections.reduce((sum, { pings }) => sum + pings.length, 0)
}

it.each([1, 60])('lets the end that pings first spare the other, with %i connections', async count => {
  await using near = new Crowd({ seed: 1 })
  await using far = new Crowd({ seed: 2, clock: near.clock })
  for (let at = 0; at < count; at++) {
    near.open(hearing(near.clock, () => far.connections[at]))
    far.open(hearing(near.clock, () => near.connections[at]))
  }
  await near.clock.advance(FIRST_PING_MS.to + LOOK_MS)
  const before = pingsOf(near) + pingsOf(far)
  await near.clock.advance(PERIODS * KEEP_ALIVE_MS)
  const perPeriod = (pingsOf(near) + pingsOf(far) - before) / PERIODS
  expect(perPeriod).toBeGreaterThanOrEqual(count)
  expect(perPeriod).toBeLessThan(1.4 * count)
  // neither end has to do it for both
  expect(Math.abs(pingsOf(near) - pingsOf(far))).toBeLessThan((PERIODS * count) / 4)
})
