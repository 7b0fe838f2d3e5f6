import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, it, vi } from 'vitest'
import { readinessSymbol } from '@waystone/interface'
import { ManualClock, RecordedMetrics, until } from '@waystone/kit/testing'
import { SilentServer } from '@waystone/kit/testing/node'
import { newKey, startNode, startSeeding } from './network.ts'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Libp2p } from 'libp2p'
import type { SeedDiscovery } from '@waystone/seed-discovery'

const seedsOf = (node: Libp2p<{ seedDiscovery: SeedDiscovery }>) => node.services.seedDiscovery.seeds()
const missing = (node: Libp2p<{ seedDiscovery: SeedDiscovery }>) => node.services.seedDiscovery[readinessSymbol]()
const isConnected = (node: Libp2p<{ seedDiscovery: SeedDiscovery }>): boolean =>
  seedsOf(node).some(seed => seed.connected)
const addressOf = (node: Libp2p): string => node.getMultiaddrs()[0]?.toString() ?? ''
const portOf = (node: Libp2p): number => Number(node.getMultiaddrs()[0]?.getComponents()[1]?.value)

interface Inside {
  connectionManager: ConnectionManager
  events: EventTarget
}

// a port where nothing listens, and an address on it
async function freeAddress() {
  const privateKey = await newKey()
  const node = await startNode({ privateKey })
  const [address, port] = [addressOf(node), portOf(node)]
  await node.stop()
  return { privateKey, address, port }
}

describe('seed discovery', () => {
  it('connects to a seed and tags it above what libp2p tags by itself', async () => {
    const seed = await startNode()
    const node = await startSeeding({ seeds: [addressOf(seed)] })
    await until(() => missing(node).length === 0)
    expect(seedsOf(node)).toEqual([{ peerId: seed.peerId.toString(), addresses: [addressOf(seed)], connected: true }])
    const peer = await node.peerStore.get(seed.peerId)
    expect(peer.tags.get('waystone-seed')?.value).toBe(100)
  })

  it('looks through all connections once for those that come and go in one moment', async () => {
    const [seed, clock] = [await startNode(), new ManualClock()]
    const node = await startSeeding({ seeds: [addressOf(seed)], clock })
    await until(() => isConnected(node))
    await clock.advance(1_000)
    const { connectionManager, events }: Inside = Reflect.get(node, 'components')
    const list = vi.spyOn(connectionManager, 'getConnections')
    const looks = (): number => list.mock.calls.filter(([peer]) => peer === undefined).length
    for (let come = 0; come < 1_000; come++) {
      events.dispatchEvent(new CustomEvent('peer:connect', { detail: seed.peerId }))
    }
    await clock.advance(1_000)
    expect(looks()).toBeLessThan(20)
  })

  it('starts while its seed is down and connects when it comes up', async () => {
    const { privateKey, address, port } = await freeAddress()
    const node = await startSeeding({ seeds: [address] })
    await until(() => seedsOf(node)[0]?.nextTryAt !== undefined)
    expect(seedsOf(node)[0]).toMatchObject({ connected: false, nextTryAt: expect.any(Number) })
    expect(missing(node)).toEqual([expect.stringMatching(/^no seed connected: ….{8} .*ECONNREFUSED/)])
    await startNode({ privateKey, port })
    await until(() => missing(node).length === 0)
  })

  it('connects again each time the seed restarts', async () => {
    const privateKey = await newKey()
    let seed = await startNode({ privateKey })
    const port = portOf(seed)
    const node = await startSeeding({ seeds: [addressOf(seed)] })
    for (let round = 0; round < 5; round++) {
      await until(() => isConnected(node))
      await seed.stop()
      await until(() => !isConnected(node))
      seed = await startNode({ privateKey, port })
    }
    await until(() => isConnected(node))
    expect(seedsOf(node)[0]).not.toHaveProperty('lastError')
  })

  it('connects again when somebody closes the connection', async () => {
    const seed = await startNode()
    const node = await startSeeding({ seeds: [addressOf(seed)] })
    await until(() => missing(node).length === 0)
    const [first] = node.getConnections(seed.peerId)
    await node.hangUp(seed.peerId)
    await until(() => node.getConnections(seed.peerId).some(({ id }) => id !== first?.id))
    expect(missing(node)).toEqual([])
  })

  it('is ready with one of two seeds, and one seed with a dead address is still found', async () => {
    const dead = await freeAddress()
    const seed = await startNode()
    const spare = `/ip4/127.0.0.1/tcp/${dead.port}/p2p/${seed.peerId.toString()}`
    const node = await startSeeding({ seeds: [spare, dead.address, addressOf(seed)] })
    await until(() => missing(node).length === 0)
    expect(seedsOf(node).map(({ connected }) => connected)).toEqual([true, false])
  })

  it('never dials itself', async () => {
    const { privateKey, address, port } = await freeAddress()
    const node = await startSeeding({ seeds: [address] }, { privateKey, port })
    expect(seedsOf(node)).toEqual([])
    expect(missing(node)).toEqual([])
  })

  it.each(['noise', 'tls'] as const)(
    'reports another peer id behind an address under %s, and goes on',
    async encrypter => {
      const { privateKey, address, port } = await freeAddress()
      const impostor = await startNode({ port, encrypter })
      const node = await startSeeding({ seeds: [address] }, { encrypter })
      await until(() => seedsOf(node)[0]?.lastError !== undefined)
      expect(missing(node)).toEqual([expect.stringContaining('another peer id answers at its address')])
      await impostor.stop()
      await startNode({ privateKey, port, encrypter })
      await until(() => missing(node).length === 0)
    }
  )

  it('gives up on a seed that accepts and stays silent, at the deadline', async () => {
    const clock = new ManualClock()
    await using silent = await SilentServer.listen()
    const { port } = silent
    const peerId = peerIdFromPrivateKey(await newKey())
    const node = await startSeeding({ seeds: [`/ip4/127.0.0.1/tcp/${port}/p2p/${peerId.toString()}`], clock })
    await until(() => clock.pending === 1)
    await clock.advance(10_000)
    await until(() => seedsOf(node)[0]?.lastError !== undefined)
    expect(seedsOf(node)[0]?.lastError).toBe('dialling a seed took longer than 10000 ms')
  })

  it('ends a dial in progress when it stops', async () => {
    const clock = new ManualClock()
    await using silent = await SilentServer.listen()
    const { port } = silent
    const peerId = peerIdFromPrivateKey(await newKey())
    const node = await startSeeding({ seeds: [`/ip4/127.0.0.1/tcp/${port}/p2p/${peerId.toString()}`], clock })
    await until(() => clock.pending === 1)
    await node.stop()
    expect(clock.pending).toBe(0)
  })

  it('works again after a stop, keeps no timer, and stops twice', async () => {
    const clock = new ManualClock()
    const seed = await startNode()
    const node = await startSeeding({ seeds: [addressOf(seed)], clock })
    await until(() => missing(node).length === 0)
    await node.stop()
    expect(missing(node)).toHaveLength(1)
    await node.start()
    await until(() => missing(node).length === 0)
    await node.stop()
    await node.stop()
    expect(clock.pending).toBe(0)
  })

  it('counts dials by result and shows how many seeds are connected', async () => {
    const recorded = new RecordedMetrics()
    const dials = (result: string): number => recorded.count('waystone_seed_discovery_dials_total', result)
    const { privateKey, address, port } = await freeAddress()
    const node = await startSeeding({ seeds: [address] }, { metrics: recorded.toMetrics() })
    await until(() => dials('unreachable') > 0)
    const seed = await startNode({ privateKey, port })
    await until(() => dials('connected') === 1)
    expect(recorded.gauges.get('waystone_seed_discovery_connected_seeds')?.()).toBe(1)
    await seed.stop()
    await until(() => dials('lost') === 1)
    await node.stop()
    expect(recorded.gauges.get('waystone_seed_discovery_connected_seeds')?.()).toBe(0)
  })

  it('refuses a malformed seed when the node is made', async () => {
    const making = startSeeding({ seeds: ['/ip4/127.0.0.1/tcp/1'] })
    await expect(making).rejects.toMatchObject({ name: 'InvalidPeerAddressError' })
  })
})
