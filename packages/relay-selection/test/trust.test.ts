import { describe, expect, it } from 'vitest'
import { readinessSymbol } from '@waystone/interface'
import { systemClock } from '@waystone/kit'
import { ManualClock, until } from '@waystone/kit/testing'
import { addressOf, startRelay, startReserving } from './network.ts'
import type { RelayTrust } from '../src/contract.ts'
import type { ReservingNode } from './network.ts'

/** A trust database that says of every relay what a test tells it. */
class Trust implements RelayTrust {
  #allow: boolean
  readonly #denied = new Set<string>()
  readonly listeners = new Set<() => void>()

  constructor(allow = true) {
    this.#allow = allow
  }

  tell(allow: boolean, ...denied: string[]): void {
    this.#allow = allow
    this.#denied.clear()
    for (const peer of denied) this.#denied.add(peer)
    for (const listener of this.listeners) listener()
  }

  explain({ peer }: Parameters<RelayTrust['explain']>[0], trustFunction: string) {
    const allow = trustFunction === 'use-as-relay' && this.#allow && !this.#denied.has(peer.toString())
    return { allow, reason: 'the level peer does not have it' }
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
}

const reservationsOf = (node: ReservingNode) => node.services.relaySelection.reservations()
const states = (node: ReservingNode) => reservationsOf(node).map(({ state }) => state)
const circuitsOf = (node: ReservingNode) =>
  node.getMultiaddrs().filter(address => address.toString().includes('/p2p-circuit'))

describe('a relay without use-as-relay', () => {
  it('is not even dialled, and the state says why', async () => {
    const relay = await startRelay()
    const clock = new ManualClock(systemClock.now())
    const node = await startReserving({ relays: [addressOf(relay)], trust: new Trust(false), clock })
    await clock.advance(600_000)
    const lastError = 'not to be used as a relay: the level peer does not have it'
    expect(reservationsOf(node)).toMatchObject([{ state: 'denied', lastError, circuitAddresses: [] }])
    expect(node.services.relaySelection[readinessSymbol]()).toEqual([expect.stringContaining(lastError)])
    expect(node.getConnections()).toEqual([])
  })

  it('loses reservation, addresses, tags and timers when it was one, and nobody else does', async () => {
    const clock = new ManualClock(systemClock.now())
    const [lost, other] = [await startRelay(), await startRelay()]
    const trust = new Trust()
    const node = await startReserving({ relays: [addressOf(lost), addressOf(other)], trust, clock })
    await until(() => states(node).every(state => state === 'reserved'))
    await until(() => clock.pending === 2)
    trust.tell(true, lost.peerId.toString())
    await until(() => states(node)[0] === 'denied')
    await until(() => circuitsOf(node).length === 1)
    const { tags } = await node.peerStore.get(lost.peerId)
    expect([...tags.keys()].filter(tag => tag.includes('relay'))).toEqual([])
    expect([states(node)[1], clock.pending]).toEqual(['reserved', 1])
    await clock.advance(3_000_000)
    expect(states(node)[0]).toBe('denied')
    expect(node.getConnections(lost.peerId)).toHaveLength(1)
  })

  it('gets its reservation again as soon as it may, over and over', async () => {
    const relay = await startRelay()
    const trust = new Trust()
    const node = await startReserving({ relays: [addressOf(relay)], trust })
    for (let round = 0; round < 3; round++) {
      await until(() => states(node)[0] === 'reserved' && circuitsOf(node).length === 1)
      trust.tell(false)
      await until(() => states(node)[0] === 'denied' && circuitsOf(node).length === 0)
      trust.tell(true)
    }
    await until(() => states(node)[0] === 'reserved')
    expect(node.services.insides.transportManager.getListeners()).toHaveLength(2)
  })

  it('keeps nothing that was asked for before', async () => {
    const relay = await startRelay()
    const trust = new Trust()
    const node = await startReserving({ relays: [addressOf(relay)], trust })
    await until(() => states(node)[0] === 'dialling')
    trust.tell(false)
    // the request goes on: whenever it is answered, nothing may be left of it
    const asked = relay.services.relay.reservations
    await until(() => states(node)[0] === 'denied')
    await until(() => circuitsOf(node).length === 0 || asked.size > 0)
    await until(() => circuitsOf(node).length === 0)
    expect(states(node)).toEqual(['denied'])
  })

  it('is listened for only while the node runs', async () => {
    const trust = new Trust(false)
    const relay = await startRelay()
    const node = await startReserving({ relays: [addressOf(relay)], trust })
    expect(trust.listeners.size).toBe(1)
    await node.stop()
    expect(trust.listeners.size).toBe(0)
    trust.tell(true)
    expect(states(node)).toEqual(['denied'])
  })
})
