import { multiaddr } from '@multiformats/multiaddr'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { createLibp2p } from 'libp2p'
import { describe, expect, it } from 'vitest'
import { readinessSymbol } from '@waystone/interface'
import { systemClock } from '@waystone/kit'
import { ManualClock, until } from '@waystone/kit/testing'
import { SilentServer } from '@waystone/kit/testing/node'
import { relaySelection } from '@waystone/relay-selection'
import { addressOf, futureRelay, newKey, portOf, startPlain, startRelay, startReserving } from './network.ts'
import type { Libp2p } from 'libp2p'
import type { ReservingNode } from './network.ts'

const reservationsOf = (node: ReservingNode) => node.services.relaySelection.reservations()
const missing = (node: ReservingNode): string[] => node.services.relaySelection[readinessSymbol]()
const states = (node: ReservingNode) => reservationsOf(node).map(({ state }) => state)
const lastError = (node: ReservingNode) => reservationsOf(node)[0]?.lastError
const isReserved = (node: ReservingNode) => states(node)[0] === 'reserved'
const circuitsOf = (node: Libp2p) =>
  node
    .getMultiaddrs()
    .map(String)
    .filter(address => address.includes('/p2p-circuit'))

// dials the node through the relay from a third one
async function reach(node: ReservingNode, relay: Libp2p): Promise<void> {
  const guest = await startPlain()
  await guest.dial(multiaddr(`${addressOf(relay)}/p2p-circuit/p2p/${node.peerId.toString()}`))
  await guest.stop()
}

describe('relay selection', () => {
  it('reserves on a relay, says so, and can be reached through it', async () => {
    const relay = await startRelay()
    const node = await startReserving({ relays: [addressOf(relay)] })
    await until(() => isReserved(node))
    expect(missing(node)).toEqual([])
    const circuit = `${addressOf(relay)}/p2p-circuit`
    expect(reservationsOf(node)).toEqual([
      {
        relay: relay.peerId.toString(),
        state: 'reserved',
        addresses: [addressOf(relay)],
        circuitAddresses: [circuit],
        expiresAt: expect.any(Number)
      }
    ])
    expect(Math.abs((reservationsOf(node)[0]?.expiresAt ?? 0) - systemClock.now() - 3_600_000)).toBeLessThan(60_000)
    expect(circuitsOf(node)).toEqual([`${circuit}/p2p/${node.peerId.toString()}`])
    expect((await node.peerStore.get(relay.peerId)).tags.get('waystone-relay')?.value).toBe(100)
    await reach(node, relay)
  })

  it('starts while its relay is down and reserves when it comes up', async () => {
    const { privateKey, address, port } = await futureRelay()
    const node = await startReserving({ relays: [address] })
    await until(() => lastError(node) !== undefined)
    expect(missing(node)).toEqual([expect.stringMatching(/^no relay reservation: ….{8} .*ECONNREFUSED/)])
    await startRelay({ privateKey, port })
    await until(() => isReserved(node))
    expect(missing(node)).toEqual([])
  })

  it('reserves again after each of five restarts of its relay', async () => {
    const privateKey = await newKey()
    let relay = await startRelay({ privateKey })
    const port = portOf(relay)
    const node = await startReserving({ relays: [addressOf(relay)] })
    for (let round = 0; round < 5; round++) {
      await until(() => isReserved(node))
      await relay.stop()
      await until(() => !isReserved(node))
      expect(circuitsOf(node)).toEqual([])
      relay = await startRelay({ privateKey, port })
    }
    await until(() => isReserved(node))
    await reach(node, relay)
  })

  it('piles up no listener of either kind and no timer over 50 lost connections', async () => {
    const clock = new ManualClock(systemClock.now())
    const relay = await startRelay()
    const node = await startReserving({ relays: [addressOf(relay)], clock })
    await until(() => isReserved(node))
    const { transportManager, events } = node.services.insides
    const count = () => ({
      listeners: transportManager.getListeners().length,
      signs: ['transport:listening', 'peer:update', 'peer:disconnect', 'connection:close'].map(each =>
        events.listenerCount(each)
      ),
      timers: clock.pending
    })
    const before = count()
    for (let round = 0; round < 50; round++) {
      const [lost] = node.getConnections(relay.peerId)
      await relay.hangUp(node.peerId)
      await until(
        () => node.getConnections(relay.peerId).every(({ id }) => id !== lost?.id) && states(node)[0] === 'waiting'
      )
      await clock.advance(50)
      await until(() => isReserved(node))
    }
    await until(() => clock.pending === before.timers)
    expect(count()).toEqual(before)
    // the circuit listener and the one for TCP; the timer of the refresh
    expect(before).toMatchObject({ listeners: 2, timers: 1 })
  })

  it('keeps one reservation untouched while another relay dies', async () => {
    const [stays, dies] = [await startRelay(), await startRelay()]
    const node = await startReserving({ relays: [addressOf(stays), addressOf(dies)] })
    await until(() => states(node).every(state => state === 'reserved'))
    const [connection] = node.getConnections(stays.peerId)
    await dies.stop()
    await until(
      () => states(node)[1] !== 'reserved' && reservationsOf(node)[1]?.lastError?.includes('ECONNREFUSED') === true
    )
    expect(states(node)[0]).toBe('reserved')
    expect(missing(node)).toEqual([])
    expect(node.getConnections(stays.peerId)[0]?.id).toBe(connection?.id)
    expect(circuitsOf(node)).toEqual([`${addressOf(stays)}/p2p-circuit/p2p/${node.peerId.toString()}`])
    await reach(node, stays)
  })

  it('asks a full relay again until a slot is free', async () => {
    const relay = await startRelay({ slots: 1 })
    const first = await startReserving({ relays: [addressOf(relay)] })
    await until(() => isReserved(first))
    const second = await startReserving({ relays: [addressOf(relay)] })
    await until(() => lastError(second) !== undefined)
    expect(missing(second)).toEqual([expect.stringContaining('the relay refused: RESERVATION_REFUSED')])
    expect(second.services.insides.transportManager.getListeners()).toHaveLength(2)
    relay.services.relay.reservations.delete(first.peerId)
    await until(() => isReserved(second))
    expect(second.services.insides.transportManager.getListeners()).toHaveLength(2)
  })

  it('names a peer that does not relay, and reserves when it comes back as a relay', async () => {
    const { privateKey, address, port } = await futureRelay()
    const plain = await startPlain({ privateKey, port })
    const node = await startReserving({ relays: [address], identifyTimeoutMs: 200 })
    await until(() => lastError(node) !== undefined)
    expect(missing(node)).toEqual([expect.stringContaining('it does not offer to relay')])
    await plain.stop()
    await startRelay({ privateKey, port })
    await until(() => isReserved(node))
  })

  it('survives a relay that comes back without relaying and then relays again', async () => {
    const privateKey = await newKey()
    const relay = await startRelay({ privateKey })
    const port = portOf(relay)
    const node = await startReserving({ relays: [addressOf(relay)], identifyTimeoutMs: 200 })
    await until(() => isReserved(node))
    await relay.stop()
    const plain = await startPlain({ privateKey, port })
    await until(() => /does not (serve|offer)/.test(lastError(node) ?? ''))
    await plain.stop()
    await startRelay({ privateKey, port })
    await until(() => isReserved(node))
    expect(node.services.insides.transportManager.getListeners()).toHaveLength(2)
  })

  it('asks a relay again that was asked while it did not relay', async () => {
    const { privateKey, address, port } = await futureRelay()
    const plain = await startPlain({ privateKey, port })
    const node = await startReserving({ relays: [address], identifyTimeoutMs: 200 })
    // as a peer store does that remembers what the relay served before
    await node.peerStore.merge(plain.peerId, { protocols: ['/libp2p/circuit/relay/0.2.0/hop'] })
    await until(() => lastError(node)?.includes('does not serve the relay protocol') === true)
    await plain.stop()
    await startRelay({ privateKey, port })
    await until(() => isReserved(node))
    expect(lastError(node)).toBeUndefined()
  })

  it('reserves again over the open connection when only the reservations were cancelled', async () => {
    const relay = await startRelay()
    const node = await startReserving({ relays: [addressOf(relay)] })
    await until(() => isReserved(node))
    const [connection] = node.getConnections(relay.peerId)
    const { transportManager } = node.services.insides
    // closing any circuit listener cancels all reservations
    await transportManager.listen([multiaddr(`/p2p/${relay.peerId.toString()}/p2p-circuit`)])
    await transportManager.getListeners().at(-1)?.close()
    expect(isReserved(node)).toBe(false)
    await until(() => isReserved(node))
    expect(node.getConnections(relay.peerId).map(({ id }) => id)).toEqual([connection?.id])
    await reach(node, relay)
  })

  it('reports another peer id behind an address and goes on', async () => {
    const { privateKey, address, port } = await futureRelay()
    const impostor = await startRelay({ port })
    const node = await startReserving({ relays: [address] })
    await until(() => lastError(node) !== undefined)
    expect(missing(node)).toEqual([expect.stringContaining('another peer id answers at its address')])
    await impostor.stop()
    await startRelay({ privateKey, port })
    await until(() => isReserved(node))
  })

  it('takes several addresses of one relay as one relay', async () => {
    const relay = await startRelay()
    const dead = await futureRelay()
    const spare = `/ip4/127.0.0.1/tcp/${dead.port}/p2p/${relay.peerId.toString()}`
    const node = await startReserving({ relays: [spare, addressOf(relay)] })
    await until(() => isReserved(node))
    expect(reservationsOf(node)).toHaveLength(1)
    expect(reservationsOf(node)[0]?.addresses).toEqual([spare, addressOf(relay)])
  })

  it('never asks itself', async () => {
    const { privateKey, address } = await futureRelay()
    const node = await startReserving({ relays: [address] }, { privateKey })
    expect(reservationsOf(node)).toEqual([])
    expect(missing(node)).toEqual([])
  })

  it('ends a dial in progress when it stops', async () => {
    await using silent = await SilentServer.listen()
    const clock = new ManualClock(systemClock.now())
    const peerId = peerIdFromPrivateKey(await newKey())
    const node = await startReserving({
      relays: [`/ip4/127.0.0.1/tcp/${silent.port}/p2p/${peerId.toString()}`],
      clock
    })
    await until(() => clock.pending === 1)
    expect(states(node)).toEqual(['dialling'])
    await node.stop()
    expect(clock.pending).toBe(0)
  })

  it('gives up on a relay that accepts and stays silent, at the deadline', async () => {
    await using silent = await SilentServer.listen()
    const clock = new ManualClock(systemClock.now())
    const peerId = peerIdFromPrivateKey(await newKey())
    const node = await startReserving({
      relays: [`/ip4/127.0.0.1/tcp/${silent.port}/p2p/${peerId.toString()}`],
      clock
    })
    await until(() => clock.pending === 1)
    await clock.advance(10_000)
    await until(() => lastError(node) !== undefined)
    expect(lastError(node)).toBe('dialling a relay took longer than 10000 ms')
  })

  it('works again after a stop, keeps no timer, and stops twice', async () => {
    const clock = new ManualClock(systemClock.now())
    const relay = await startRelay()
    const node = await startReserving({ relays: [addressOf(relay)], clock })
    await until(() => isReserved(node))
    await node.stop()
    expect(missing(node)).toHaveLength(1)
    await node.start()
    await until(() => isReserved(node))
    await reach(node, relay)
    await node.stop()
    await node.stop()
    expect(clock.pending).toBe(0)
  })

  it('refuses a malformed relay when the node is made', async () => {
    await expect(startReserving({ relays: ['/ip4/127.0.0.1/tcp/1'] })).rejects.toMatchObject({
      name: 'InvalidPeerAddressError'
    })
  })

  it('refuses a node without the circuit transport, unless no relays are configured', async () => {
    const { address } = await futureRelay()
    const make = async (relays: string[]) => createLibp2p({ services: { relaySelection: relaySelection({ relays }) } })
    await expect(make([address])).rejects.toMatchObject({ name: 'UnmetServiceDependenciesError' })
    const node = await make([])
    expect(node.services.relaySelection[readinessSymbol]()).toEqual([])
    await node.stop()
  })
})
