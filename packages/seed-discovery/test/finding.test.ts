import { readinessSymbol } from '@waystone/interface'
import { ManualClock, RecordedMetrics, until } from '@waystone/kit/testing'
import { describe, expect, it } from 'vitest'
import { NAME, by, isConnected, member, name, nameFor, portOf, rowOf } from './named-seeds.ts'
import { newKey, startNode, startSeeding } from './network.ts'
import { FakeResolver } from './sources/fake-resolver.ts'
import { TrustDouble } from './trust-double.ts'
import type { PeerId } from '@libp2p/interface'
import type { DialledSeed } from '@waystone/seed-discovery'

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
    expect(node.services.seedDiscovery.known()).toEqual([])
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
