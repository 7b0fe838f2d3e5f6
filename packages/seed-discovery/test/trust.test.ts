import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { readinessSymbol } from '@waystone/interface'
import { ManualClock, seededRandom, until } from '@waystone/kit/testing'
import { newKey, startNode, startSeeding } from './network.ts'
import { ALL, TrustDouble } from './trust-double.ts'
import type { Libp2p } from 'libp2p'
import type { SeedDiscovery } from '@waystone/seed-discovery'
import type { KnownNode } from './trust-double.ts'

type Seeding = Libp2p<{ seedDiscovery: SeedDiscovery }>

const addressOf = (node: Libp2p): string => node.getMultiaddrs()[0]?.toString() ?? ''
const known = (node: Libp2p, functions: readonly string[] = ALL): KnownNode => ({
  peer: node.peerId,
  addresses: [addressOf(node).replace(/\/p2p\/.*/, '')],
  functions
})
const isConnected = (node: Libp2p, other: Libp2p): boolean => node.getConnections(other.peerId).length > 0
const kept = (node: Seeding): string[] => node.services.seedDiscovery.seeds().map(({ peerId }) => peerId)
const tagsOf = async (node: Libp2p, other: Libp2p): Promise<string[]> => {
  if (!(await node.peerStore.has(other.peerId))) return []
  return [...(await node.peerStore.get(other.peerId)).tags.keys()]
}

describe('seeds of the trust database', () => {
  it('are dialled and tagged without any in the config', async () => {
    const seed = await startNode()
    const node = await startSeeding({ seeds: [], trust: new TrustDouble([known(seed)]) })
    await until(async () => (await tagsOf(node, seed)).includes('waystone-seed'))
    await until(() => isConnected(node, seed))
    expect(node.services.seedDiscovery[readinessSymbol]()).toEqual([])
  })

  it('come and go while the node runs: the new one is held, the lost one dropped', async () => {
    const [first, second, third] = [await startNode(), await startNode(), await startNode()]
    const trust = new TrustDouble([known(first), known(second)])
    const node = await startSeeding({ seeds: [], trust })
    await until(() => isConnected(node, first) && isConnected(node, second))
    const [stays] = node.getConnections(second.peerId)
    trust.tell([known(second), known(third)])
    await until(() => isConnected(node, third) && !isConnected(node, first))
    expect(kept(node)).toEqual([second, third].map(({ peerId }) => peerId.toString()))
    expect(await tagsOf(node, first)).not.toContain('waystone-seed')
    expect(node.getConnections(second.peerId)).toEqual([stays])
  })

  it('lose tag and redial with the function, but no connection while they are known', async () => {
    const seed = await startNode()
    const trust = new TrustDouble([known(seed)])
    const node = await startSeeding({ seeds: [], trust })
    await until(() => isConnected(node, seed))
    const [connection] = node.getConnections(seed.peerId)
    trust.tell([known(seed, [])])
    await until(async () => !(await tagsOf(node, seed)).includes('waystone-seed'))
    expect(node.getConnections(seed.peerId)).toEqual([connection])
    await seed.hangUp(node.peerId)
    await until(() => !isConnected(node, seed))
    expect(kept(node)).toEqual([])
  })

  it('are dialled no more than once without hold-and-reconnect, and get no tag', async () => {
    const seed = await startNode()
    const clock = new ManualClock()
    const trust = new TrustDouble([known(seed, ['connect-on-startup'])])
    const node = await startSeeding({ seeds: [], trust, clock })
    await until(() => isConnected(node, seed))
    expect(await tagsOf(node, seed)).toEqual([])
    await node.hangUp(seed.peerId)
    await clock.advance(600_000)
    expect([isConnected(node, seed), clock.pending]).toEqual([false, 0])
  })

  it('are not dialled at start without connect-on-startup, but held once they are there', async () => {
    const seed = await startNode()
    const trust = new TrustDouble([known(seed, ['hold-and-reconnect'])])
    const clock = new ManualClock()
    const node = await startSeeding({ seeds: [addressOf(seed)], trust, clock })
    await clock.advance(600_000)
    expect([isConnected(node, seed), clock.pending]).toEqual([false, 0])
    expect(node.services.seedDiscovery[readinessSymbol]()).toEqual([])
    await seed.dial(multiaddr(addressOf(node)))
    await until(async () => (await tagsOf(node, seed)).includes('waystone-seed'))
    await seed.hangUp(node.peerId)
    await until(() => clock.pending > 0)
    await clock.advance(50)
    await until(() => isConnected(node, seed))
  })

  it('are held when they were connected before anybody knew them', async () => {
    const seed = await startNode()
    const [trust, clock] = [new TrustDouble([]), new ManualClock()]
    const node = await startSeeding({ seeds: [], trust, clock })
    await seed.dial(multiaddr(addressOf(node)))
    await until(() => isConnected(node, seed))
    trust.tell([known(seed, ['hold-and-reconnect'])])
    await clock.advance(100)
    await until(async () => (await tagsOf(node, seed)).includes('waystone-seed'))
    await seed.hangUp(node.peerId)
    await until(() => clock.pending > 0)
    await clock.advance(1_000)
    await until(() => isConnected(node, seed))
    expect(await tagsOf(node, seed)).toContain('waystone-seed')
  })

  it('in the config alone are not dialled when the trust database says no', async () => {
    const seed = await startNode()
    const clock = new ManualClock()
    const node = await startSeeding({ seeds: [addressOf(seed)], trust: new TrustDouble(), clock })
    await clock.advance(600_000)
    expect([isConnected(node, seed), kept(node)]).toEqual([false, []])
  })

  it('are dialled at their strict addresses only', async () => {
    const [seed, impostor] = [await startNode(), await startNode()]
    const strict = { ...known(seed), addresses: ['/ip4/127.0.0.1/tcp/1'], strict: true }
    const node = await startSeeding({ seeds: [addressOf(seed)], trust: new TrustDouble([strict]) })
    await until(() => node.services.seedDiscovery.seeds()[0]?.lastError !== undefined)
    expect(node.services.seedDiscovery.seeds()[0]?.addresses).toEqual([
      `/ip4/127.0.0.1/tcp/1/p2p/${seed.peerId.toString()}`
    ])
    expect([isConnected(node, seed), isConnected(node, impostor)]).toEqual([false, false])
  })

  it('survive addresses that nobody can read, and those of somebody else', async () => {
    const seed = await startNode()
    const other = peerIdFromPrivateKey(await newKey())
    const [good = ''] = known(seed).addresses ?? []
    const addresses = ['', 'nonsense', '/ip4/999.1.1.1/tcp/1', `/ip4/127.0.0.1/tcp/1/p2p/${other.toString()}`, good]
    const node = await startSeeding({ seeds: [], trust: new TrustDouble([{ ...known(seed), addresses }]) })
    await until(() => isConnected(node, seed))
    expect(node.services.seedDiscovery.seeds()[0]?.addresses).toEqual([addressOf(seed)])
  })

  it('end their loops and their listening with the node', async () => {
    const clock = new ManualClock()
    const gone = { peer: peerIdFromPrivateKey(await newKey()), functions: ALL, addresses: ['/ip4/127.0.0.1/tcp/1'] }
    const trust = new TrustDouble([gone])
    const node = await startSeeding({ seeds: [], trust, clock })
    await until(() => clock.pending > 0)
    await node.stop()
    expect([trust.listeners, clock.pending]).toEqual([0, 0])
    trust.tell([])
    expect(kept(node)).toHaveLength(1)
  })
})

describe('keep-alive tags that libp2p gives', () => {
  const tags = { 'keep-alive-kad-dht': { value: 1 }, other: { value: 1 } }

  it('are taken from peers that may not be held, and left to others', async () => {
    const [stranger, seed] = [await startNode(), await startNode()]
    const trust = new TrustDouble([known(seed, ['hold-and-reconnect'])])
    const node = await startSeeding({ seeds: [], trust })
    for (const { peerId } of [stranger, seed]) await node.peerStore.merge(peerId, { tags })
    await until(async () => (await tagsOf(node, stranger)).join(',') === 'other')
    expect(await tagsOf(node, seed)).toContain('keep-alive-kad-dht')
    trust.tell([known(seed, [])])
    await until(async () => (await tagsOf(node, seed)).join(',') === 'other')
  })

  it('of the last run make nobody be dialled at start who may not', async () => {
    const stranger = await startNode()
    const node = await startSeeding({ seeds: [], trust: new TrustDouble() })
    await node.stop()
    await node.peerStore.merge(stranger.peerId, { multiaddrs: [multiaddr(addressOf(stranger))], tags })
    await node.start()
    expect(await tagsOf(node, stranger)).toEqual(['other'])
    expect(isConnected(node, stranger)).toBe(false)
  })

  it('of a relay stay while it may be used as one', async () => {
    const relay = await startNode()
    const node = await startSeeding({ seeds: [], trust: new TrustDouble([known(relay, ['use-as-relay'])]) })
    await node.peerStore.merge(relay.peerId, { tags: { ...tags, 'keep-alive-circuit-relay': { value: 1 } } })
    await until(async () => !(await tagsOf(node, relay)).includes('keep-alive-kad-dht'))
    expect(await tagsOf(node, relay)).toContain('keep-alive-circuit-relay')
  })
})

describe('bootstrap', () => {
  const onlyBootstrap = (node: Libp2p): KnownNode => known(node, ['use-for-bootstrap'])

  it('dials nodes for it until there are enough peers, and holds none', async () => {
    const nodes = await Promise.all(Array.from({ length: 8 }, async () => startNode()))
    const trust = new TrustDouble(nodes.map(onlyBootstrap))
    const node = await startSeeding({ seeds: [], trust, random: seededRandom(1) })
    await until(() => node.getPeers().length >= 4)
    expect(node.getPeers().length).toBeLessThanOrEqual(6)
    expect(kept(node)).toEqual([])
    const tags = await Promise.all(nodes.map(async other => tagsOf(node, other)))
    expect(tags.flat()).toEqual([])
  })

  it('dials more when it has too few again', async () => {
    const nodes = await Promise.all(Array.from({ length: 9 }, async () => startNode()))
    const node = await startSeeding({ seeds: [], trust: new TrustDouble(nodes.map(onlyBootstrap)) })
    await until(() => node.getPeers().length >= 4)
    const before = node.getPeers()
    for (const peer of before) await node.hangUp(peer)
    await until(() => node.getPeers().length >= 4)
    expect(kept(node)).toEqual([])
  })

  it('asks nobody who may not be used for it', async () => {
    const other = await startNode()
    const clock = new ManualClock()
    const node = await startSeeding({ seeds: [addressOf(other)], trust: new TrustDouble([known(other, [])]), clock })
    await clock.advance(600_000)
    expect(node.getPeers()).toEqual([])
  })

  it('is not done while all peers came by themselves and none may be used for it', async () => {
    const strangers = await Promise.all(Array.from({ length: 5 }, async () => startNode()))
    const trust = new TrustDouble()
    const node = await startSeeding({ seeds: [], trust })
    for (const stranger of strangers) await stranger.dial(multiaddr(addressOf(node)))
    const good = await startNode()
    trust.tell([onlyBootstrap(good)])
    await until(() => isConnected(node, good))
    expect(node.getPeers()).toHaveLength(6)
  })

  it('waits for peers that were good before, and asks nobody while they are enough', async () => {
    const [seed, clock] = [await startNode(), new ManualClock()]
    const tried = Promise.withResolvers<void>()
    const good = { isEnough: false, asked: 0 }
    const settled = async (): Promise<void> => {
      good.asked++
      await tried.promise
    }
    const goodPeers = { settled, isEnough: () => good.isEnough, hasOne: () => good.isEnough }
    const node = await startSeeding({ seeds: [], trust: new TrustDouble([onlyBootstrap(seed)]), goodPeers, clock })
    await until(() => good.asked > 0)
    good.isEnough = true
    tried.resolve()
    await clock.advance(600_000)
    expect(node.getPeers()).toEqual([])
    good.isEnough = false
    // any sign makes it look again
    const visitor = await startNode()
    await visitor.dial(multiaddr(addressOf(node)))
    await until(async () => {
      await clock.advance(60_000)
      return isConnected(node, seed)
    })
  })

  it('dials three at once and a few more while none answers, whatever the trust file holds', async () => {
    const clock = new ManualClock()
    const keys = await Promise.all(Array.from({ length: 40 }, newKey))
    // nobody answers there: every dial waits for its deadline
    const nodes = keys.map(key => ({
      peer: peerIdFromPrivateKey(key),
      functions: ['use-for-bootstrap'],
      addresses: ['/ip4/192.0.2.1/tcp/4001']
    }))
    const node = await startSeeding({ seeds: [], trust: new TrustDouble(nodes), clock })
    // three dials, and the wait until one more begins
    await until(() => clock.pending === 4)
    expect(clock.pending).toBe(4)
    await until(async () => {
      await clock.advance(250)
      return clock.pending === 16
    })
    await clock.advance(1_000)
    expect(clock.pending).toBe(16)
    await node.stop()
    expect(clock.pending).toBe(0)
  })
})
