import { multiaddr } from '@multiformats/multiaddr'
import { until } from '@waystone/kit/testing'
import { describe, expect, it } from 'vitest'
import { by, isConnected, manualFeed, member, nameFor, portOf } from './named-seeds.ts'
import { startNode, startSeeding } from './network.ts'
import { TrustDouble } from './trust-double.ts'
import type { Connection } from '@libp2p/interface'
import type { SeedCheck } from '@waystone/seed-discovery'

const portIn = (address: string): string => /tcp\/(\d+)/.exec(address)?.[1] ?? ''

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

  it('leaves no connection behind, although something begins to work over each new one', async () => {
    const seed = await startNode()
    await seed.handle('/slow/1', () => undefined)
    const fake = nameFor(portOf(seed))
    const dropped: unknown[] = []
    const onDropped = (peer: unknown): void => void dropped.push(peer)
    const trust = new TrustDouble([member(seed)])
    const node = await startSeeding({ seeds: [], trust, sources: by(fake), onDropped })
    await until(() => isConnected(node, seed))
    const first = node.getConnections()[0]?.id
    const made: Connection[] = []
    node.addEventListener('connection:open', ({ detail }) => {
      made.push(detail)
      void detail.newStream('/slow/1').catch(() => undefined)
    })
    for (let round = 0; round < 3; round++) {
      for await (const event of node.services.seedDiscovery.check()) expect(event).toBeDefined()
    }
    expect(made).toHaveLength(3)
    await until(() => made.every(({ status }) => status === 'closed'))
    expect(node.getConnections().map(({ id }) => id)).toEqual([first])
    // it is a seed as before
    expect(dropped).toEqual([])
  })

  it('leaves no connection to somebody who is trusted, and no seed', async () => {
    const known = await startNode()
    const trust = new TrustDouble([member(known, [])])
    const node = await startSeeding({ seeds: [], trust, sources: by(nameFor(portOf(known))) })
    await until(() => isConnected(node, known))
    for await (const event of node.services.seedDiscovery.check()) expect(event).toBeDefined()
    await until(() => node.getConnections().length === 1)
  })

  it.each(['noise', 'tls'] as const)('knows this node itself behind the name of another (%s)', async encrypter => {
    const [seed, other] = [await startNode({ encrypter }), await startNode({ encrypter })]
    const { feed, tell } = manualFeed()
    const trust = new TrustDouble([member(seed)])
    const node = await startSeeding({ seeds: [], trust, sources: { feeds: { mdns: feed } } }, { encrypter })
    tell(seed.peerId, ...[node, other, seed].map(one => `/ip4/127.0.0.1/tcp/${portOf(one)}`))
    await until(() => isConnected(node, seed))
    const results: Record<string, string> = {}
    for await (const event of node.services.seedDiscovery.check()) {
      if ('dialled' in event) results[portIn(event.dialled.address)] = event.dialled.result
    }
    expect(results).toEqual({ [portOf(node)]: 'self', [portOf(other)]: 'wrong-peer', [portOf(seed)]: 'admitted' })
    await until(() => node.getConnections().length === 1)
  })

  it('ends when nobody reads it any more, or with its signal', async () => {
    const fake = nameFor(1)
    const node = await startSeeding({ seeds: [], trust: new TrustDouble(), sources: by(fake) })
    for await (const event of node.services.seedDiscovery.check()) {
      expect(event).toBeDefined()
      break
    }
    const ended = node.services.seedDiscovery.check({ signal: AbortSignal.abort(new Error('enough')) })
    const read = async (): Promise<void> => {
      for await (const event of ended) expect(event).toBeDefined()
    }
    await expect(read()).rejects.toThrow('enough')
  })
})
