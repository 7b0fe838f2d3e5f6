import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { ManualClock, until } from '@waystone/kit/testing'
import { setIdle } from '@waystone/kit'
import { RPC_PROTOCOL } from '@waystone/wire'
import { isInUse } from '../src/connection-use.ts'
import { startNode, startSeeding } from './network.ts'
import { ALL, TrustDouble } from './trust-double.ts'
import type { Libp2p } from 'libp2p'
import type { KnownNode } from './trust-double.ts'

const WORK = '/example/work/1'
const addressOf = (node: Libp2p): string => node.getMultiaddrs()[0]?.toString() ?? ''
const known = (node: Libp2p, functions: readonly string[] = ALL): KnownNode => ({
  peer: node.peerId,
  addresses: [addressOf(node).replace(/\/p2p\/.*/, '')],
  functions
})
const isConnected = (node: Libp2p, other: Libp2p): boolean => node.getConnections(other.peerId).length > 0
const tagsOf = async (node: Libp2p, other: Libp2p): Promise<string[]> => {
  if (!(await node.peerStore.has(other.peerId))) return []
  return [...(await node.peerStore.get(other.peerId)).tags.keys()]
}
const tag = async (node: Libp2p, other: Libp2p, name: string): Promise<unknown> =>
  node.peerStore.merge(other.peerId, { tags: { [name]: { value: 1 } } })

/** A node with one seed, by a clock that stands still. */
async function withSeed(functions = ALL) {
  const [seed, clock] = [await startNode(), new ManualClock()]
  const trust = new TrustDouble([known(seed, functions)])
  const dropped: string[] = []
  const onDropped = (peer: { toString(): string }): void => void dropped.push(peer.toString())
  const node = await startSeeding({ seeds: [], trust, clock, onDropped })
  if (functions.includes('connect-on-startup')) await until(() => isConnected(node, seed))
  const leave = async (...others: KnownNode[]): Promise<void> => {
    trust.tell(others)
    await clock.advance(100)
  }
  // identify may just be at work, so that it looks again
  const untilGone = async (): Promise<void> =>
    until(async () => {
      await clock.advance(500)
      return !isConnected(node, seed)
    })
  return { seed, clock, trust, node, dropped, leave, untilGone }
}

describe('a seed that nobody knows any more', () => {
  it('is disconnected, told of, and not dialled again', async () => {
    const { seed, clock, node, dropped, leave, untilGone } = await withSeed()
    await leave()
    await untilGone()
    await until(() => dropped.length > 0)
    await clock.advance(600_000)
    expect([isConnected(node, seed), dropped, clock.pending]).toEqual([false, [seed.peerId.toString()], 0])
    expect(await tagsOf(node, seed)).toEqual(['dropped-seed'])
  })

  it('is disconnected although a DHT has it in its routing table, and libp2p does not dial it again', async () => {
    const { seed, node, leave, untilGone } = await withSeed()
    await tag(node, seed, 'keep-alive-kad-dht')
    await tag(node, seed, 'kad-peer')
    let opened = 0
    node.addEventListener('connection:open', () => void opened++)
    await leave()
    await untilGone()
    expect((await tagsOf(node, seed)).toSorted()).toEqual(['dropped-seed', 'kad-peer'])
    // the reconnecting of libp2p looks at the tags when the connection has ended
    await until(async () => !(await tagsOf(node, seed)).includes('waystone-seed'))
    expect(opened).toBe(0)
  })

  it('is disconnected when the DHT tags it in the very moment', async () => {
    const { seed, node, leave, untilGone } = await withSeed()
    const leaving = leave()
    for (let round = 0; round < 20; round++) await tag(node, seed, 'keep-alive-kad-dht')
    await leaving
    await untilGone()
    await until(async () => (await tagsOf(node, seed)).join(',') === 'dropped-seed')
    expect(isConnected(node, seed)).toBe(false)
  })

  it('is disconnected when it opened the connection itself', async () => {
    const { seed, node, leave, untilGone } = await withSeed(['hold-and-reconnect'])
    await seed.dial(multiaddr(addressOf(node)))
    await until(async () => (await tagsOf(node, seed)).includes('waystone-seed'))
    expect(node.getConnections(seed.peerId)[0]?.direction).toBe('inbound')
    await leave()
    await untilGone()
  })

  it('stays connected while a stream is in use, and no longer', async () => {
    const { seed, clock, node, dropped, leave, untilGone } = await withSeed()
    await seed.handle(WORK, () => undefined)
    const stream = await node.dialProtocol(seed.peerId, WORK)
    await leave()
    await until(async () => (await tagsOf(node, seed)).join(',') === 'dropped-seed')
    for (let second = 0; second < 60; second++) await clock.advance(1_000)
    expect([isConnected(node, seed), stream.status, dropped]).toEqual([true, 'open', []])
    stream.abort(new Error('the work has ended'))
    await until(() => clock.pending === 1)
    await untilGone()
  })

  it('is disconnected although a call runs, after a little while', async () => {
    const { seed, clock, node, leave, untilGone } = await withSeed()
    await seed.handle(RPC_PROTOCOL, () => undefined)
    await node.dialProtocol(seed.peerId, RPC_PROTOCOL)
    await leave()
    await until(() => clock.pending === 1)
    await clock.advance(1_500)
    expect(isConnected(node, seed)).toBe(true)
    await untilGone()
  })

  it('stays connected when it is known again before the use has ended', async () => {
    const { seed, clock, node, leave } = await withSeed()
    await seed.handle(WORK, () => undefined)
    const stream = await node.dialProtocol(seed.peerId, WORK)
    await leave()
    await until(() => clock.pending === 1)
    await leave(known(seed))
    stream.abort(new Error('the work has ended'))
    await clock.advance(10_000)
    expect([isConnected(node, seed), clock.pending]).toEqual([true, 0])
    await until(async () => (await tagsOf(node, seed)).join(',') === 'waystone-seed')
  })

  it('ends no wait of a node that stops', async () => {
    const { seed, clock, node, leave } = await withSeed()
    await seed.handle(WORK, () => undefined)
    await node.dialProtocol(seed.peerId, WORK)
    await leave()
    await until(() => clock.pending === 1)
    await node.stop()
    expect(clock.pending).toBe(0)
  })

  it.each(['waystone-operator', 'waystone-relay', 'keep-alive-circuit-relay', 'circuit-relay-source'])(
    'stays connected while %s keeps it',
    async name => {
      const { seed, node, leave, clock } = await withSeed()
      const other = await startNode()
      await tag(node, seed, name)
      // known for something else, so that the functions stay
      const functions = ['use-as-relay', 'offer-relay']
      await leave({ ...known(seed, functions), level: 'none' }, known(other))
      await until(async () => (await tagsOf(node, seed)).includes('dropped-seed'))
      await until(() => isConnected(node, other))
      await clock.advance(10_000)
      expect([isConnected(node, seed), (await tagsOf(node, seed)).includes(name)]).toEqual([true, true])
    }
  )

  it.each(['waystone-relay', 'keep-alive-circuit-relay', 'circuit-relay-source'])(
    'does not stay because of %s when it may not be a relay, or use us as one',
    async name => {
      const { seed, node, leave, untilGone } = await withSeed()
      await tag(node, seed, name)
      await leave()
      await untilGone()
      expect(isConnected(node, seed)).toBe(false)
    }
  )
})

describe('the use of a connection', () => {
  const stream = (protocol: string, status = 'open') => ({ protocol, status })
  const inUse = (...streams: unknown[]): boolean => isInUse({ streams } as Parameters<typeof isInUse>[0])

  it('is none without streams, and by what libp2p and the DHT do by themselves', () => {
    const own = ['/ipfs/id/1.0.0', '/ipfs/id/push/1.0.0', '/ipfs/ping/1.0.0', '/libp2p/autonat/2/dial-back']
    expect(inUse()).toBe(false)
    expect(inUse(...own.map(protocol => stream(protocol)), stream('/waystone/test/kad/1.0.0'))).toBe(false)
    expect(inUse(stream(WORK, 'closed'), stream(WORK, 'aborted'), stream(WORK, 'reset'))).toBe(false)
  })

  it('is one by calls, tunnels and circuits, and by a stream that is being opened', () => {
    for (const protocol of [WORK, '/libp2p/circuit/relay/0.2.0/hop', '/libp2p/circuit/relay/0.2.0/stop', ''])
      expect(inUse(stream('/ipfs/id/1.0.0'), stream(protocol))).toBe(true)
    expect(inUse(stream(WORK, 'closing'))).toBe(true)
  })

  it('is none by a stream that only waits for the next call', () => {
    const waiting = stream(WORK)
    setIdle(waiting as unknown as Parameters<typeof setIdle>[0], true)
    expect(inUse(waiting)).toBe(false)
    setIdle(waiting as unknown as Parameters<typeof setIdle>[0], false)
    expect(inUse(waiting)).toBe(true)
  })
})
