import { until } from '@waystone/kit/testing'
import { describe, expect, it } from 'vitest'
import { contentPlugin } from '../src/plugins/content.ts'
import { defaultsFor } from '../src/config/defaults.ts'
import { allPlugins, noTransports, startLocalNode } from './local-node.ts'
import type { ContentStore } from '@waystone/interface'
import type { Delegate } from '@waystone/delegate'
import type { ConfigInput, Role } from '../src/config/schema.ts'

type Started = Awaited<ReturnType<typeof startLocalNode>>

// strangers may everything here: who may what is the trust database's matter
const OPEN = [
  'remote-resolve-ipns',
  'remote-put-dht',
  'remote-fetch-dht',
  'remote-fetch-cid',
  'bulk-data-sync',
  'offer-relay'
]
const trust = (role: Role): ConfigInput['trust'] => ({
  ...defaultsFor(role).trust,
  matrix: Object.fromEntries(OPEN.map(name => [name, 'none']))
})
const plugins = { ...allPlugins, content: contentPlugin }

async function start(role: Role, over: Partial<ConfigInput> = {}): Promise<Started> {
  return await startLocalNode(
    role,
    { trust: trust(role), transports: { ...noTransports, tcp: true, circuit: true }, ...over },
    { plugins }
  )
}

async function startThin(seed: Started): Promise<Started> {
  const delegate = { serve: false, use: seed.addresses, quotas: {} }
  const addresses = { listen: [], announce: [], private: true }
  return await start('edge', { delegate, addresses, relays: seed.addresses, dht: { mode: 'off' } })
}

const contentOf = ({ node }: Started): ContentStore =>
  (node.libp2p.services as unknown as { content: ContentStore }).content
const delegateOf = ({ node }: Started): Delegate => (node.libp2p.services as unknown as { delegate: Delegate }).delegate

describe('a thin client in a network', () => {
  it('hands its content to somebody who only knows the DHT, over one connection', async () => {
    await using seed = await start('seed')
    await using thin = await startThin(seed)
    await until(() => thin.node.libp2p.getMultiaddrs().length > 0)
    const bytes = new TextEncoder().encode('from a thin client')
    const cid = await contentOf(thin).put(bytes)
    await delegateOf(thin).provide(cid)
    await using reader = await start('edge', { seeds: seed.addresses })
    await until(() => reader.node.libp2p.getConnections().length > 0)
    expect(await contentOf(reader).getFile(cid, { maxBytes: 1_000 })).toEqual(bytes)
    expect(thin.node.libp2p.getPeers().map(String)).toContain(seed.node.libp2p.peerId.toString())
  })

  it('is reached at its relay address, and finds others without a DHT', async () => {
    await using seed = await start('seed')
    await using thin = await startThin(seed)
    await using other = await startThin(seed)
    await until(() => thin.node.libp2p.getMultiaddrs().length > 0 && other.node.libp2p.getMultiaddrs().length > 0)
    // the delegate learns about the reservation's address by identify
    const { peerId } = thin.node.libp2p
    await until(async () => (await seed.node.libp2p.peerStore.get(peerId)).addresses.length > 0)
    const found = await other.node.libp2p.peerRouting.findPeer(peerId)
    expect(found.multiaddrs.map(String).join()).toContain('/p2p-circuit')
    const connection = await other.node.libp2p.dial(thin.node.libp2p.peerId)
    expect(connection.remotePeer.equals(thin.node.libp2p.peerId)).toBe(true)
  })

  it('fetches what the delegate finds in the network', async () => {
    await using seed = await start('seed')
    await using holder = await start('edge', { seeds: seed.addresses })
    await using thin = await startThin(seed)
    await until(() => holder.node.libp2p.getConnections().length > 0)
    const bytes = new Uint8Array(100_000).fill(3)
    const cid = await contentOf(holder).put(bytes)
    const blocks: Uint8Array[] = []
    for await (const block of delegateOf(thin).fetch(cid)) blocks.push(block.bytes)
    expect(blocks).toEqual([bytes])
    expect(thin.node.libp2p.getPeers()).toHaveLength(1)
  })
})
