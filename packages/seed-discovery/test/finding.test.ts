import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { readinessSymbol } from '@waystone/interface'
import { ManualClock, RecordedMetrics, until } from '@waystone/kit/testing'
import { SilentServer } from '@waystone/kit/testing/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { newKey, startNode, startSeeding } from './network.ts'
import { FakeResolver } from './sources/fake-resolver.ts'
import { ALL, TrustDouble } from './trust-double.ts'
import type { PeerId } from '@libp2p/interface'
import type { Libp2p } from 'libp2p'
import type { DialledSeed, PeerFeed, SeedCheck, SeedDiscovery } from '@waystone/seed-discovery'

type Seeding = Libp2p<{ seedDiscovery: SeedDiscovery }>

const NAME = 'seeds.example.org'
const portOf = (node: Libp2p): number => Number(node.getMultiaddrs()[0]?.getComponents()[1]?.value)
const member = (node: Libp2p, functions: readonly string[] = ALL) => ({ peer: node.peerId, functions })
const isConnected = (node: Libp2p, other: Libp2p): boolean => node.getConnections(other.peerId).length > 0
const rowOf = (node: Seeding, source: string) =>
  node.services.seedDiscovery.sources().find(row => row.source === source)

/** A name server for one host name that stands for these ports of loopback. */
function nameFor(...ports: number[]): FakeResolver {
  const fake = new FakeResolver({})
  name(fake, ...ports)
  return fake
}

function name(fake: FakeResolver, ...ports: number[]): void {
  const srv = ports.map(port => ({ name: 'host.example.org', port, priority: 0, weight: 0 }))
  fake.zone = { srv: { [`_waystone._tcp.${NAME}`]: srv }, ip4: { 'host.example.org': ['127.0.0.1'] }, ttl: 1 }
}

const by = (fake: FakeResolver) => ({ names: [NAME], resolver: () => fake, intervalMs: 1_000 })

/** Tells of peers when a test wants it to. */
function manualFeed(): { feed: PeerFeed; tell: (peer: PeerId, ...addresses: string[]) => void } {
  const listeners = new Set<(peer: PeerId, addresses: readonly string[]) => void>()
  const feed: PeerFeed = listener => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return { feed, tell: (peer, ...addresses) => listeners.forEach(listener => listener(peer, addresses)) }
}

describe('seeds behind a host name', () => {
  it('are met by their address alone, and kept', async () => {
    const seeds = [await startNode(), await startNode(), await startNode()]
    const trust = new TrustDouble(seeds.map(seed => member(seed)))
    const node = await startSeeding({ seeds: [], trust, sources: by(nameFor(...seeds.map(portOf))) })
    await until(() => seeds.every(seed => isConnected(node, seed)))
    await until(() => rowOf(node, 'dns')?.admitted === 3)
    expect(rowOf(node, 'dns')).toMatchObject({ target: NAME, found: 3, refused: 0 })
    const known = node.services.seedDiscovery.known()
    expect(known.map(({ sources, isConnected: is, isHeld }) => [sources.toSorted(), is, isHeld])).toEqual(
      seeds.map(() => [['dns', 'trust'], true, true])
    )
    const tags = await Promise.all(seeds.map(async ({ peerId }) => (await node.peerStore.get(peerId)).tags))
    expect(tags.every(all => all.has('waystone-seed'))).toBe(true)
  })

  it('are found when they come later, and again when they moved to another address', async () => {
    const privateKey = await newKey()
    const first = await startNode({ privateKey })
    const fake = nameFor()
    const node = await startSeeding({ seeds: [], trust: new TrustDouble([member(first)]), sources: by(fake) })
    await until(() => rowOf(node, 'dns')?.error !== undefined)
    name(fake, portOf(first))
    await until(() => isConnected(node, first))
    await first.stop()
    const second = await startNode({ privateKey })
    name(fake, portOf(second))
    await until(() => isConnected(node, second))
    expect(rowOf(node, 'dns')).toMatchObject({ found: 1 })
  })

  it('that are somebody else are refused, told of once, disconnected and not dialled again soon', async () => {
    const [seed, imposter] = [await startNode(), await startNode()]
    const [refused, recorded, fake] = [new Array<DialledSeed>(), new RecordedMetrics(), nameFor()]
    const opened: PeerId[] = []
    imposter.addEventListener('connection:open', ({ detail }) => opened.push(detail.remotePeer))
    name(fake, portOf(imposter), portOf(seed))
    const trust = new TrustDouble([member(seed)])
    const init = { seeds: [], trust, sources: by(fake), onRefused: (one: DialledSeed) => void refused.push(one) }
    const node = await startSeeding(init, { metrics: recorded.toMetrics() })
    await until(() => isConnected(node, seed) && refused.length === 1)
    await until(() => !isConnected(node, imposter))
    expect(refused[0]).toMatchObject({ source: 'dns', result: 'not-admitted', peerId: imposter.peerId.toString() })
    // the source is looked at some times more
    await until(() => recorded.count('waystone_seed_discovery_source_looks_total', 'dns') >= 3)
    expect([opened.length, refused.length]).toEqual([1, 1])
    expect(recorded.count('waystone_seed_discovery_source_not_admitted_total', 'dns')).toBe(1)
    expect(rowOf(node, 'dns')).toMatchObject({ found: 2, admitted: 1, refused: 1 })
  })

  it('that are somebody else stay connected if they were before', async () => {
    const other = await startNode()
    const fake = nameFor()
    const [refused, trust] = [new Array<DialledSeed>(), new TrustDouble()]
    const init = { seeds: [], trust, sources: by(fake), onRefused: (one: DialledSeed) => void refused.push(one) }
    const node = await startSeeding(init)
    await other.dial(node.getMultiaddrs())
    await until(() => isConnected(node, other))
    name(fake, portOf(other))
    await until(() => refused.length === 1)
    await until(() => node.getConnections(other.peerId).length === 1)
    expect(node.getConnections(other.peerId)[0]?.direction).toBe('inbound')
  })

  it('are admitted when the trust database names them later', async () => {
    const seed = await startNode()
    const trust = new TrustDouble()
    const refused: DialledSeed[] = []
    const init = {
      seeds: [],
      trust,
      sources: by(nameFor(portOf(seed))),
      onRefused: (one: DialledSeed) => void refused.push(one)
    }
    const node = await startSeeding(init)
    await until(() => refused.length === 1 && !isConnected(node, seed))
    trust.tell([member(seed)])
    await until(() => isConnected(node, seed))
    expect(rowOf(node, 'dns')).toMatchObject({ found: 1, admitted: 1, refused: 0 })
  })

  it('that are refused again after trust changed are not told of again', async () => {
    const imposter = await startNode()
    const [trust, recorded, refused] = [new TrustDouble(), new RecordedMetrics(), new Array<DialledSeed>()]
    const onRefused = (one: DialledSeed): void => void refused.push(one)
    const sources = by(nameFor(portOf(imposter)))
    await startSeeding({ seeds: [], trust, sources, onRefused }, { metrics: recorded.toMetrics() })
    const dials = (): number => recorded.count('waystone_seed_discovery_source_not_admitted_total', 'dns')
    await until(() => dials() === 1)
    trust.tell([])
    await until(() => dials() === 2)
    expect(refused).toHaveLength(1)
  })

  it('are no seeds when they are this node itself', async () => {
    const recorded = new RecordedMetrics()
    const fake = nameFor()
    const init = { seeds: [], trust: new TrustDouble(), sources: by(fake), onRefused: () => expect.unreachable() }
    const node = await startSeeding(init, { metrics: recorded.toMetrics() })
    name(fake, portOf(node))
    await until(() => recorded.count('waystone_seed_discovery_source_self_total', 'dns') === 1)
    expect(node.getConnections()).toEqual([])
  })

  it('cost a bounded number of dials although there are 10,000', async () => {
    const fake = new FakeResolver({})
    const ip4 = Array.from({ length: 10_000 }, (_, index) => `127.1.${index >> 8}.${index & 255}`)
    fake.zone = { ip4: { [NAME]: ip4 }, ttl: 1 }
    const recorded = new RecordedMetrics()
    const sources = { ...by(fake), port: 1 }
    const node = await startSeeding({ seeds: [], trust: new TrustDouble(), sources }, { metrics: recorded.toMetrics() })
    const count = (what: string): number => recorded.count(`waystone_seed_discovery_source_${what}_total`, 'dns')
    await until(() => count('looks') >= 3)
    expect(count('unreachable')).toBeGreaterThanOrEqual(64)
    expect(count('unreachable')).toBeLessThanOrEqual(100)
    expect(rowOf(node, 'dns')).toMatchObject({ found: 256, error: expect.stringContaining('10000 answers') })
  })
})

describe('a node of a cluster without its trust file', () => {
  it('keeps whoever answers until it has the file, and judges then', async () => {
    const [seed, imposter] = [await startNode(), await startNode()]
    const trust = new TrustDouble()
    const asked = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    let file: { sequence: bigint; validUntil: number } | undefined
    const refresh = async (): Promise<void> => {
      asked.resolve()
      await arrived.promise
    }
    const membership = { file: () => file, has: () => true, refresh }
    const refused: DialledSeed[] = []
    const sources = by(nameFor(portOf(seed), portOf(imposter)))
    const node = await startSeeding({ seeds: [], trust, sources, membership, onRefused: one => void refused.push(one) })
    await asked.promise
    await until(() => isConnected(node, seed) && isConnected(node, imposter))
    expect(node.services.seedDiscovery[readinessSymbol]()).toEqual([expect.stringContaining('trust file')])
    file = { sequence: 1n, validUntil: Number.MAX_SAFE_INTEGER }
    trust.tell([member(seed)])
    arrived.resolve()
    await until(() => !isConnected(node, imposter))
    expect(isConnected(node, seed)).toBe(true)
    expect(refused.map(({ peerId }) => peerId)).toEqual([imposter.peerId.toString()])
    await until(() => node.services.seedDiscovery[readinessSymbol]().length === 0)
  })

  it('looks for it some times while somebody is connected who may have it', async () => {
    const seed = await startNode()
    const [trust, clock] = [new TrustDouble(), new ManualClock()]
    let asked = 0
    // the first ones come before the other side can be asked
    const file = () => (asked < 4 ? undefined : { sequence: 1n, validUntil: Number.MAX_SAFE_INTEGER })
    const refresh = async (): Promise<void> => {
      if (++asked === 4) trust.tell([member(seed)])
    }
    const membership = { file, has: () => true, refresh }
    const node = await startSeeding({ seeds: [], trust, sources: by(nameFor(portOf(seed))), membership, clock })
    await until(() => asked === 1)
    expect(isConnected(node, seed)).toBe(true)
    await clock.advance(1_000)
    await until(() => asked === 4)
    expect(isConnected(node, seed)).toBe(true)
  })

  it('is ready alone if it may be', async () => {
    const membership = { file: () => undefined, has: () => true, refresh: async () => undefined }
    const node = await startSeeding({ seeds: [], trust: new TrustDouble(), membership, mayBeAlone: true })
    expect(node.services.seedDiscovery[readinessSymbol]()).toEqual([])
  })
})

describe('sources that tell by themselves', () => {
  it('bring members to one that knew no address of them, which waited quietly', async () => {
    const seed = await startNode()
    const { feed, tell } = manualFeed()
    const recorded = new RecordedMetrics()
    const init = { seeds: [], trust: new TrustDouble([member(seed)]), sources: { feeds: { mdns: feed } } }
    const node = await startSeeding(init, { metrics: recorded.toMetrics() })
    const status = () => node.services.seedDiscovery.seeds()[0]
    await until(() => status()?.lastError !== undefined)
    expect(status()?.lastError).toBe('nobody has said yet where it is')
    expect(recorded.count('waystone_seed_discovery_dials_total', 'unreachable')).toBe(0)
    tell(seed.peerId, 'nonsense', '/ip4/127.0.0.1/tcp/1', `/ip4/127.0.0.1/tcp/${portOf(seed)}`)
    await until(() => isConnected(node, seed))
    expect(rowOf(node, 'mdns')).toMatchObject({ found: 1, admitted: 1 })
  })

  it('have strangers by the thousand, of whom none is dialled and a bounded number known', async () => {
    const { feed, tell } = manualFeed()
    const seed = await startNode()
    const strangers = await Promise.all(Array.from({ length: 300 }, async () => newKey()))
    const recorded = new RecordedMetrics()
    const init = { seeds: [], trust: new TrustDouble([member(seed)]), sources: { feeds: { mdns: feed } } }
    const node = await startSeeding(init, { metrics: recorded.toMetrics() })
    await until(() => node.services.seedDiscovery.seeds().length === 1)
    tell(seed.peerId, `/ip4/127.0.0.1/tcp/${portOf(seed)}`)
    await until(() => isConnected(node, seed))
    for (const key of strangers) tell(peerIdFromPrivateKey(key), '/ip4/127.0.0.1/tcp/1')
    expect(rowOf(node, 'mdns')).toMatchObject({ found: 256, admitted: 1 })
    expect(recorded.count('waystone_seed_discovery_source_unreachable_total', 'mdns')).toBe(0)
  })
})

describe('seeds that are not all there', () => {
  it('delay nobody: an edge with every second address dead has a seed at once', async () => {
    const seeds = await Promise.all(Array.from({ length: 4 }, async () => startNode()))
    // they take a connection and say nothing
    const dead = await Promise.all(Array.from({ length: 4 }, async () => SilentServer.listen()))
    onTestFinished(async () => void (await Promise.all(dead.map(async server => server[Symbol.asyncDispose]()))))
    const txt = [
      ...dead.map(({ port }) => `/ip4/127.0.0.1/tcp/${port}`),
      ...seeds.map(seed => `/ip4/127.0.0.1/tcp/${portOf(seed)}`)
    ]
    const fake = new FakeResolver({ txt: { [`_dnsaddr.${NAME}`]: txt.map(text => `dnsaddr=${text}`) } })
    const trust = new TrustDouble(seeds.map(seed => member(seed, ['use-for-bootstrap'])))
    const clock = new ManualClock()
    const node = await startSeeding({ seeds: [], trust, sources: by(fake), clock })
    // the dead ones come first: three at once, and one more after each 250 ms
    await until(() => clock.pending >= 4)
    await clock.advance(500)
    await until(() => seeds.some(seed => isConnected(node, seed)))
    expect(node.services.seedDiscovery[readinessSymbol]()).toEqual([])
  })

  it('keeps one address of a seed with several that answers', async () => {
    const seed = await startNode()
    const addresses = ['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.2/tcp/1', `/ip4/127.0.0.1/tcp/${portOf(seed)}`]
    const node = await startSeeding({ seeds: [], trust: new TrustDouble([{ ...member(seed), addresses }]) })
    await until(() => isConnected(node, seed))
    expect(node.getConnections(seed.peerId)[0]?.remoteAddr.toString()).toContain('127.0.0.1')
  })
})

describe('a check', () => {
  it('shows every source, and what answers at every address', async () => {
    const [seed, imposter, listed] = [await startNode(), await startNode(), await startNode()]
    const fake = nameFor(portOf(seed), portOf(imposter), 1)
    const trust = new TrustDouble([member(seed), member(listed)])
    const address = multiaddr(listed.getMultiaddrs()[0]?.toString()).toString()
    const node = await startSeeding({ seeds: [address], trust, sources: by(fake) })
    await until(() => isConnected(node, seed) && isConnected(node, listed))
    const events: SeedCheck[] = []
    for await (const event of node.services.seedDiscovery.check()) events.push(event)
    const rows = events.flatMap(event => ('source' in event ? [event.source.source] : []))
    expect(rows.toSorted()).toEqual(['dns', 'static', 'trust'])
    const dialled = events.flatMap(event => ('dialled' in event ? [event.dialled] : []))
    expect(dialled.map(({ source, result }) => `${source} ${result}`).toSorted()).toEqual([
      'dns admitted',
      'dns not-admitted',
      'dns unreachable',
      'static admitted'
    ])
    expect(dialled.find(({ source }) => source === 'static')?.roundTripMs).toBeGreaterThanOrEqual(0)
    // no connection is left that was not there
    await until(() => node.getConnections().length === 2)
  })

  it('ends when nobody reads it any more, or with its signal', async () => {
    const fake = nameFor(1)
    const node = await startSeeding({ seeds: [], trust: new TrustDouble(), sources: by(fake) })
    for await (const event of node.services.seedDiscovery.check()) {
      expect(event).toBeDefined()
      break
    }
    const ended = node.services.seedDiscovery.check({ signal: AbortSignal.abort(new Error('enough')) })
    await expect(Array.fromAsync(ended)).rejects.toThrow('enough')
  })
})
