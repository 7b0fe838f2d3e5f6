import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { readinessSymbol } from '@waystone/interface'
import { ManualClock, RecordedMetrics, until } from '@waystone/kit/testing'
import { SilentServer } from '@waystone/kit/testing/node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { NAME, by, isConnected, manualFeed, member, portOf, rowOf } from './named-seeds.ts'
import { newKey, startNode, startSeeding } from './network.ts'
import { FakeResolver } from './sources/fake-resolver.ts'
import { ALL, TrustDouble } from './trust-double.ts'
import type { AbortOptions, PeerId } from '@libp2p/interface'

/** Less than the time after which libp2p gives a dial up, in milliseconds. */
const SOON = 5_000

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

  it('are believed at once, although the network is still being asked where the member is', async () => {
    const [seed, other] = [await startNode(), await startNode()]
    const { feed, tell } = manualFeed()
    const asked = new Set<string>()
    const routing = {
      findPeer: async (peer: PeerId, { signal }: AbortOptions = {}) => {
        asked.add(peer.toString())
        return await new Promise<never>((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason))
        )
      },
      async *getClosestPeers() {}
    }
    const trust = new TrustDouble([member(seed)])
    const node = await startSeeding({ seeds: [], trust, sources: { feeds: { member: feed } } }, { routing })
    await node.dial(other.getMultiaddrs())
    await until(() => asked.has(seed.peerId.toString()))
    tell(seed.peerId, `/ip4/127.0.0.1/tcp/${portOf(seed)}`)
    await until(() => isConnected(node, seed), { ms: SOON })
    await until(() => node.services.seedDiscovery.seeds()[0]?.lastError === undefined)
    expect(node.getConnections(seed.peerId)).toHaveLength(1)
  })

  it('do not wait for a dial of addresses at which nobody is any more', async () => {
    const seed = await startNode()
    const silent = await SilentServer.listen()
    onTestFinished(async () => await silent[Symbol.asyncDispose]())
    const { feed, tell } = manualFeed()
    const known = { ...member(seed), addresses: [`/ip4/127.0.0.1/tcp/${silent.port}`] }
    const node = await startSeeding({
      seeds: [],
      trust: new TrustDouble([known]),
      sources: { feeds: { member: feed } }
    })
    await until(() => node.getDialQueue().length > 0)
    tell(seed.peerId, `/ip4/127.0.0.1/tcp/${portOf(seed)}`)
    await until(() => isConnected(node, seed), { ms: SOON })
    expect(node.getConnections(seed.peerId)[0]?.remoteAddr.toString()).toContain(String(portOf(seed)))
  })

  it('make one connection of two members that learn of each other in the same moment', async () => {
    const keys = await Promise.all([newKey(), newKey()])
    const peers = keys.map(key => peerIdFromPrivateKey(key))
    const trust = new TrustDouble(peers.map(peer => ({ peer, functions: ALL })))
    const made = await Promise.all(
      keys.map(async privateKey => {
        const { feed, tell } = manualFeed()
        const node = await startSeeding({ seeds: [], trust, sources: { feeds: { member: feed } } }, { privateKey })
        return { node, tell }
      })
    )
    const [one, other] = made as [(typeof made)[0], (typeof made)[0]]
    one.tell(other.node.peerId, `/ip4/127.0.0.1/tcp/${portOf(other.node)}`)
    other.tell(one.node.peerId, `/ip4/127.0.0.1/tcp/${portOf(one.node)}`)
    const dialled = () => made.filter(({ node }) => node.getConnections()[0]?.direction === 'outbound')
    await until(() => made.every(({ node }) => node.getConnections().length === 1) && dialled().length === 1)
    expect(made.map(({ node }) => rowOf(node, 'member')?.admitted)).toEqual([1, 1])
  })

  it('have strangers by the thousand, of whom none is dialled and a bounded number known', async () => {
    const { feed, tell } = manualFeed()
    const seed = await startNode()
    const strangers = await Promise.all(Array.from({ length: 300 }, async () => newKey()))
    const recorded = new RecordedMetrics()
    const trust = new TrustDouble([member(seed)])
    const judged = vi.spyOn(trust, 'levelOf')
    const init = { seeds: [], trust, sources: { feeds: { mdns: feed } } }
    const node = await startSeeding(init, { metrics: recorded.toMetrics() })
    await until(() => node.services.seedDiscovery.seeds().length === 1)
    judged.mockClear()
    tell(seed.peerId, `/ip4/127.0.0.1/tcp/${portOf(seed)}`)
    for (const key of strangers) tell(peerIdFromPrivateKey(key), '/ip4/127.0.0.1/tcp/1')
    // all of them are looked through once, not all of them for each
    expect(judged.mock.calls.length).toBeLessThan(1_000)
    await until(() => isConnected(node, seed))
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
