import { identify } from '@libp2p/identify'
import { multiaddr } from '@multiformats/multiaddr'
import { endDeniedSymbol } from '@waystone/interface'
import { readChunks, systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { RELAY_V2_HOP_PROTOCOL } from '@waystone/wire'
import { describe, expect, it } from 'vitest'
import { guarded, plain } from './network.ts'
import type { Connection, Libp2p, PeerId, Stream } from '@libp2p/interface'
import type { TransportManager } from '@libp2p/interface-internal'
import type { EndsDeniedWork } from '@waystone/interface'
import type { GuardedNode } from './network.ts'

const PROTOCOL = '/eviction-test/1.0.0'
const FUNCTION = `protocol:${PROTOCOL}`

const connected = (node: Libp2p, peer: Libp2p): boolean => node.getConnections(peer.peerId).length > 0

const held = { maxInboundStreams: 5_000, runOnLimitedConnection: true }
const openMany = { maxOutboundStreams: 5_000, runOnLimitedConnection: true }

async function heldStream(from: Libp2p, to: Libp2p): Promise<Stream> {
  const [connection] = from.getConnections(to.peerId)
  if (connection === undefined) throw new Error('no connection')
  return await connection.newStream(PROTOCOL, openMany)
}

/** Nodes that have a reservation on a relay, and reach each other through it. */
async function circuits(relay: GuardedNode, count: number): Promise<Libp2p[]> {
  const [address] = relay.node.getMultiaddrs()
  const listen = [`${String(address)}/p2p-circuit`]
  const nodes: Libp2p[] = []
  for (let nth = 0; nth < count; nth++) nodes.push(await plain({ addresses: { listen } }))
  for (const node of nodes) await node.handle(PROTOCOL, () => {}, held)
  await until(() => nodes.every(node => relay.relay?.reservations.has(node.peerId)))
  return nodes
}

async function throughRelay(relay: GuardedNode, from: Libp2p, to: Libp2p): Promise<Stream> {
  const connection = await from.dial(
    multiaddr(`${String(relay.node.getMultiaddrs()[0])}/p2p-circuit/p2p/${to.peerId.toString()}`)
  )
  return await connection.newStream(PROTOCOL, openMany)
}

/** RESERVE, as circuit relay v2 has it, with its length. */
const RESERVE = Uint8Array.of(2, 0x08, 0)
/** STATUS 202, which is PERMISSION_DENIED, with its length. */
const PERMISSION_DENIED = [5, 0x08, 2, 0x28, 0xca, 0x01]

/** A request that says nothing yet, when the relay has it. */
async function hopStream({ node }: GuardedNode, connection: Connection, peer: PeerId): Promise<Stream> {
  const stream = await connection.newStream(RELAY_V2_HOP_PROTOCOL)
  const [own] = node.getConnections(peer)
  await until(
    () => own?.streams.some(({ id, protocol }) => id === stream.id && protocol === RELAY_V2_HOP_PROTOCOL) ?? false
  )
  return stream
}

describe('when a peer is blocked', () => {
  it('its connections end within a second, and nobody else loses anything', async () => {
    const { node, trust, closed } = await guarded()
    await node.handle(PROTOCOL, () => {}, held)
    const peers = await Promise.all(Array.from({ length: 4 }, async () => plain()))
    for (const peer of peers) await peer.dial(node.getMultiaddrs())
    const streams = await Promise.all(peers.map(async peer => heldStream(peer, node)))
    const [bad, ...good] = peers
    if (bad === undefined) throw new Error('no peers')
    const at = systemClock.monotonic()
    trust.deny(bad.peerId)
    await until(() => !connected(node, bad) && !connected(bad, node))
    expect(systemClock.monotonic() - at).toBeLessThan(1_000)
    expect(good.map(peer => connected(node, peer))).toEqual([true, true, true])
    expect(streams.slice(1).map(({ status }) => status)).toEqual(['open', 'open', 'open'])
    expect(closed).toEqual([`connect ${bad.peerId.toString()}`])
  })

  it('no way leads to it or from it, however often it comes back', async () => {
    const { node, trust, closed } = await guarded()
    const peer = await plain()
    await peer.dial(node.getMultiaddrs())
    await until(() => connected(node, peer))
    trust.deny(peer.peerId)
    for (let nth = 0; nth < 30; nth++) await peer.dial(node.getMultiaddrs()).catch(() => {})
    await until(() => !connected(node, peer))
    await expect(node.dial(peer.getMultiaddrs())).rejects.toMatchObject({ name: 'DialDeniedError' })
    expect(closed).toHaveLength(1)
    trust.allow(peer.peerId)
    await node.dial(peer.getMultiaddrs())
    expect(connected(node, peer)).toBe(true)
  })

  it('a thousand streams that it opens at that moment end with it', async () => {
    const { node, trust } = await guarded()
    await node.handle(PROTOCOL, () => {}, held)
    const [peer, other] = [await plain(), await plain()]
    for (const one of [peer, other]) await one.dial(node.getMultiaddrs())
    const stays = await heldStream(other, node)
    const opening = Array.from({ length: 1_000 }, async () => heldStream(peer, node))
    const settled = Promise.allSettled(opening)
    const arrived = (): number =>
      node.getConnections(peer.peerId)[0]?.streams.filter(({ protocol }) => protocol === PROTOCOL).length ?? 0
    await until(() => arrived() >= 100)
    trust.deny(peer.peerId)
    await until(() => !connected(node, peer))
    const opened = (await settled).flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    expect(opened.length).toBeGreaterThanOrEqual(100)
    await until(() => opened.every(({ status }) => status !== 'open'))
    expect(
      node
        .getConnections()
        .flatMap(({ streams }) => streams)
        .filter(({ protocol }) => protocol === PROTOCOL)
    ).toHaveLength(1)
    expect(stays.status).toBe('open')
  })
})

describe('when a peer loses one function', () => {
  it('only its streams of that function end; the operator is told how many', async () => {
    const { node, trust, enforcer, closed } = await guarded()
    await node.handle(PROTOCOL, () => {}, held)
    const [peer, other] = [await plain(), await plain()]
    for (const one of [peer, other]) await one.dial(node.getMultiaddrs())
    const gone = await Promise.all([heldStream(peer, node), heldStream(peer, node)])
    const stays = await heldStream(other, node)
    await until(
      () =>
        node
          .getConnections()
          .flatMap(({ streams }) => streams)
          .filter(({ protocol }) => protocol === PROTOCOL).length === 3
    )
    trust.deny(peer.peerId, FUNCTION)
    expect(await enforcer.evict()).toEqual({ connections: 0, streams: 2 })
    await until(() => gone.every(({ status }) => status !== 'open'))
    expect(stays.status).toBe('open')
    expect(connected(node, peer)).toBe(true)
    expect(closed).toEqual(Array(2).fill(`${FUNCTION} ${peer.peerId.toString()}`))
    expect(await enforcer.evict()).toEqual({ connections: 0, streams: 0 })
  })

  it('services end their own work', async () => {
    const peer = await plain()
    const worker: EndsDeniedWork = {
      [endDeniedSymbol]: isAllowed =>
        isAllowed(peer.peerId, 'tunnel:web') ? [] : [{ peer: peer.peerId, trustFunction: 'tunnel:web' }]
    }
    const { trust, enforcer, closed } = await guarded({ workers: () => [worker] })
    expect(await enforcer.evict()).toEqual({ connections: 0, streams: 0 })
    trust.deny(peer.peerId, 'tunnel:web')
    expect(await enforcer.evict()).toEqual({ connections: 0, streams: 1 })
    expect(closed).toEqual([`tunnel:web ${peer.peerId.toString()}`])
  })
})

describe('on a relay', () => {
  it('a peer that loses offer-relay loses its slot and its circuits at either end; others and the connection stay', async () => {
    const relay = await guarded({ relay: true })
    const [a, b, c, d] = (await circuits(relay, 4)) as [Libp2p, Libp2p, Libp2p, Libp2p]
    const [out, into, stays] = [
      await throughRelay(relay, a, b),
      await throughRelay(relay, c, a),
      await throughRelay(relay, c, d)
    ]
    relay.trust.deny(a.peerId, 'offer-relay')
    await until(() => out.status !== 'open' && into.status !== 'open')
    expect(stays.status).toBe('open')
    expect(connected(relay.node, a)).toBe(true)
    expect(relay.relay?.reservations.has(a.peerId)).toBe(false)
    expect(relay.relay?.reservations.has(b.peerId)).toBe(true)
    await expect(throughRelay(relay, a, d)).rejects.toThrow(/PERMISSION_DENIED/)
    await expect(throughRelay(relay, c, a)).rejects.toThrow(/NO_RESERVATION/)
    expect(relay.closed.every(line => line === `offer-relay ${a.peerId.toString()}`)).toBe(true)
  })

  it('a peer without offer-relay gets no slot', async () => {
    const relay = await guarded({ relay: true })
    const made: { transportManager?: TransportManager } = {}
    const insides = ({ transportManager }: { transportManager: TransportManager }) =>
      Object.assign(made, { transportManager })
    const peer = await plain({ services: { identify: identify(), insides } })
    relay.trust.deny(peer.peerId, 'offer-relay')
    const connection = await peer.dial(relay.node.getMultiaddrs())
    const listening = made.transportManager?.listen([connection.remoteAddr.encapsulate('/p2p-circuit')])
    await expect(listening).rejects.toThrow(/PERMISSION_DENIED/)
  })

  it('a request that is on its way while the relay ends what changes still gets its answer', async () => {
    const relay = await guarded({ relay: true })
    const peer = await plain()
    relay.trust.deny(peer.peerId, 'offer-relay')
    const connection = await peer.dial(relay.node.getMultiaddrs())
    const [before, after] = [
      await hopStream(relay, connection, peer.peerId),
      await hopStream(relay, connection, peer.peerId)
    ]
    expect(await relay.enforcer.evict()).toEqual({ connections: 0, streams: 0 })
    after.send(RESERVE)
    // the relay leaves it to the other side to close the stream
    for await (const answer of readChunks(after)) {
      expect([...answer.subarray()]).toEqual(PERMISSION_DENIED)
      break
    }
    // one from before a change is no longer waited for
    relay.trust.deny(peer.peerId, 'something else')
    expect((await relay.enforcer.evict()).connections).toBe(0)
    await until(() => before.status !== 'open')
  })
})

describe('through a relay', () => {
  it('that loses use-as-relay, circuits in both directions end and no other is made', async () => {
    const relay = await guarded({ relay: true })
    const listen = [`${String(relay.node.getMultiaddrs()[0])}/p2p-circuit`]
    const me = await guarded({ listen })
    await me.node.handle(PROTOCOL, () => {}, held)
    const [peer] = (await circuits(relay, 1)) as [Libp2p]
    const out = await throughRelay(relay, me.node, peer)
    // the one who dials has the circuit already; the other one is dialled over it
    const other = await plain()
    const into = await throughRelay(relay, other, me.node)
    me.trust.deny(relay.node.peerId, 'use-as-relay')
    await until(() => out.status !== 'open' && into.status !== 'open')
    expect(connected(me.node, relay.node)).toBe(true)
    await expect(throughRelay(relay, me.node, peer)).rejects.toMatchObject({ name: 'DialDeniedError' })
    await expect(throughRelay(relay, other, me.node)).rejects.toThrow(/CONNECTION_FAILED/)
  })

  it('a blocked peer does not come in, and an address with two relays in it counts for both', async () => {
    const relay = await guarded({ relay: true })
    const me = await guarded({ listen: [`${String(relay.node.getMultiaddrs()[0])}/p2p-circuit`] })
    const bad = await plain()
    me.trust.deny(bad.peerId)
    await until(() => relay.relay?.reservations.has(me.node.peerId) === true)
    await expect(throughRelay(relay, bad, me.node)).rejects.toThrow(/CONNECTION_FAILED/)
    me.trust.deny(relay.node.peerId, 'use-as-relay')
    const good = await plain()
    const both = `/ip4/127.0.0.1/tcp/1/p2p/${good.peerId.toString()}/p2p/${relay.node.peerId.toString()}/p2p-circuit/p2p/${bad.peerId.toString()}`
    me.trust.allow(bad.peerId)
    await expect(me.node.dial(multiaddr(both))).rejects.toMatchObject({ name: /Denied|NoValidAddresses/ })
  })
})
