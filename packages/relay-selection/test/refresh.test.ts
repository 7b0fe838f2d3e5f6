import { describe, expect, it } from 'vitest'
import { systemClock } from '@waystone/kit'
import { ManualClock, RecordedMetrics, until } from '@waystone/kit/testing'
import { addressOf, startRelay, startReserving } from './network.ts'
import type { Libp2p } from 'libp2p'
import type { ReservingNode } from './network.ts'

// below ten minutes the transport refreshes at any time, so that a test needs no other clock there
const TTL_MS = 540_000
// the relay rounds the end to a second
const DUE_MS = 92_000
// after which the reservation, which the relay measures by real time, is always due
const NEXT_MS = 20_000

// a relay that counts the requests for a reservation, and can say no
async function countingRelay() {
  const seen = { requests: 0, denies: false }
  const connectionGater = {
    denyInboundRelayReservation: () => {
      seen.requests++
      return seen.denies
    }
  }
  return { relay: await startRelay({ ttlMs: TTL_MS, connectionGater }), seen }
}

const states = (node: ReservingNode) => node.services.relaySelection.reservations().map(({ state }) => state)
const allReserved = (node: ReservingNode) => states(node).every(state => state === 'reserved')

async function reserve(relays: Libp2p[]) {
  const clock = new ManualClock(systemClock.now())
  const recorded = new RecordedMetrics()
  const attempts = (result: string): number => recorded.count('waystone_relay_selection_attempts_total', result)
  const node = await startReserving({ relays: relays.map(addressOf), clock }, { metrics: recorded.toMetrics() })
  await until(() => attempts('reserved') === relays.length)
  return { clock, node, recorded, attempts }
}

describe('a reservation', () => {
  it('is refreshed before it ends, again and again', async () => {
    const { relay, seen } = await countingRelay()
    const { clock, attempts } = await reserve([relay])
    await clock.advance(DUE_MS)
    await until(() => attempts('refreshed') === 1)
    await clock.advance(NEXT_MS)
    await until(() => attempts('refreshed') === 2)
    await clock.advance(NEXT_MS)
    await until(() => attempts('refreshed') === 3)
    expect(seen.requests).toBe(4)
    expect(clock.pending).toBe(1)
  })

  it('is refreshed on every relay when all are due at once', async () => {
    const relays = [await countingRelay(), await countingRelay(), await countingRelay()]
    const { clock, node, attempts } = await reserve(relays.map(({ relay }) => relay))
    await clock.advance(DUE_MS)
    await until(() => attempts('refreshed') === 3)
    expect(relays.map(({ seen }) => seen.requests)).toEqual([2, 2, 2])
    expect(allReserved(node)).toBe(true)
  })

  it('that is not refreshed is lost, and made again when the relay agrees', async () => {
    const { relay, seen } = await countingRelay()
    const { clock, node, attempts } = await reserve([relay])
    seen.denies = true
    await clock.advance(DUE_MS)
    await until(() => attempts('lost') === 1 && attempts('refused') === 1)
    expect(states(node)).toEqual(['waiting'])
    expect(node.getMultiaddrs().some(address => address.toString().includes('p2p-circuit'))).toBe(false)
    seen.denies = false
    await clock.advance(50)
    await until(() => attempts('reserved') === 2)
    expect(clock.pending).toBe(1)
  })
})

describe('metrics', () => {
  it('show how many reservations there are', async () => {
    const { relay } = await countingRelay()
    const { clock, node, recorded } = await reserve([relay])
    const gauge = recorded.gauges.get('waystone_relay_selection_reservations')
    expect(gauge?.()).toBe(1)
    await node.stop()
    expect(gauge?.()).toBe(0)
    expect(clock.pending).toBe(0)
  })
})
