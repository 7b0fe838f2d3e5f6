import { Code } from '@connectrpc/connect'
import { multiaddr } from '@multiformats/multiaddr'
import { until } from '@waystone/kit/testing'
import { describeRpcFailure } from '@waystone/rpc'
import { TrustExchangeService } from '@waystone/wire/trust'
import { describe, expect, it } from 'vitest'
import { startLocalNode } from '../local-node.ts'
import { insideNode } from './inside.ts'
import type { SeedDiscovery } from '@waystone/seed-discovery'
import type { Rpc } from '@waystone/rpc'
import type { WaystoneNode } from '../../src/index.ts'
import type { InsideNode } from './inside.ts'

type Local = Awaited<ReturnType<typeof startLocalNode>>

function servicesOf({ libp2p }: Pick<WaystoneNode, 'libp2p'>): { rpc: Rpc; seedDiscovery: SeedDiscovery } {
  const { rpc, seedDiscovery }: { rpc?: Rpc; seedDiscovery?: SeedDiscovery } = libp2p.services
  if (rpc === undefined || seedDiscovery === undefined) throw new Error('a service is missing')
  return { rpc, seedDiscovery }
}

const isConnected = (node: Local, other: Local): boolean =>
  node.node.libp2p.getConnections(other.node.libp2p.peerId).length > 0

async function trusting(other: Local, functions: string[]) {
  const [address = ''] = other.addresses
  const pubkey = other.node.libp2p.peerId.toString()
  const addresses = [address.replace(/\/p2p\/.*/, '')]
  const entry = { label: 'friend', pubkey, trustlevel: 'peer' as const, functions, addresses }
  return startLocalNode('edge', { trust: { ...NO_TRUST, entries: [entry] } })
}

const RULES = { default: 'allow' as const, allow: [], deny: [], files: [], feeds: [] }
const NO_TRUST = { grants: {}, matrix: {}, entries: [], mirrors: [], rules: RULES }

describe('a node with a trust database', () => {
  it('dials and tags a node with the functions for it, and leaves one without alone', async () => {
    await using seed = await startLocalNode('seed')
    await using other = await startLocalNode('seed')
    await using keeps = await trusting(seed, ['connect-on-startup', 'hold-and-reconnect'])
    await using leaves = await trusting(other, [])
    await until(() => isConnected(keeps, seed))
    const { libp2p } = keeps.node
    await until(async () => (await libp2p.peerStore.get(seed.node.libp2p.peerId)).tags.has('waystone-seed'))
    expect(servicesOf(leaves.node).seedDiscovery.seeds()).toEqual([])
    expect(leaves.node.libp2p.getConnections()).toEqual([])
  })

  it('disconnects a seed that nobody knows any more, says so, and its DHT does not dial it again', async () => {
    await using seed = await startLocalNode('seed')
    await using other = await trusting(seed, ['connect-on-startup', 'hold-and-reconnect'])
    const { libp2p, trust, closed } = await insideNode('edge')
    for (const [label, { node, addresses }] of Object.entries({ seed, other })) {
      const remotes = addresses.slice(0, 1).map(text => text.replace(/\/p2p\/.*/, ''))
      const pubkey = node.libp2p.peerId.toString()
      await trust.add({ label, pubkey, trustlevel: 'advanced', addresses: remotes })
    }
    const peer = seed.node.libp2p.peerId
    await until(() => libp2p.getConnections(peer).length > 0)
    await until(() => libp2p.getConnections(other.node.libp2p.peerId).length > 0)
    await until(async () => (await libp2p.peerStore.get(peer)).tags.has('kad-peer'))
    await trust.remove('seed')
    await until(() => libp2p.getConnections(peer).length === 0)
    await until(() => closed().some(line => line.startsWith(`hold-and-reconnect ${peer.toString()}: `)))
    // the other one names it to the DHT
    for await (const _ of libp2p.peerRouting.getClosestPeers(peer.toMultihash().bytes)) continue
    expect(libp2p.getConnections(peer).filter(({ direction }) => direction === 'outbound')).toEqual([])
  })

  it('asks a node that may be used for bootstrap, and tags nobody for it', async () => {
    await using seed = await startLocalNode('seed')
    await using node = await trusting(seed, ['use-for-bootstrap'])
    await until(() => isConnected(node, seed))
    expect(servicesOf(node.node).seedDiscovery.seeds()).toEqual([])
  })

  it('gives ratings to those with peer-exchange only, and says why not to others', async () => {
    await using subject = await startLocalNode('relay')
    await using friend = await startLocalNode('edge')
    await using stranger = await startLocalNode('edge')
    await using asked = await trusting(friend, ['peer-exchange'])
    const [address = ''] = subject.addresses
    for (let round = 0; round < 3; round++) {
      await asked.node.libp2p.dial(multiaddr(address))
      await asked.node.libp2p.hangUp(subject.node.libp2p.peerId)
    }
    const exchange = async ({ node }: Local) => {
      await node.libp2p.dial(multiaddr(asked.addresses[0] ?? ''))
      return servicesOf(node)
        .rpc.client(TrustExchangeService, asked.node.libp2p.peerId)
        .exchangeRatings({ ratings: [] })
    }
    expect((await exchange(friend)).ratings.length).toBeGreaterThan(0)
    const denied = await exchange(stranger).catch((error: unknown) => describeRpcFailure(error))
    expect(denied).toMatchObject({ code: Code.PermissionDenied })
    const again = await exchange(friend).catch((error: unknown) => describeRpcFailure(error))
    expect(again).toMatchObject({ code: Code.ResourceExhausted, name: 'RatingsTooSoonError' })
  })

  it(
    'uses a peer for bootstrap that enough raters praise, by real exchanges, while they may',
    { timeout: 120_000 },
    async () => {
      await using subject = await startLocalNode('seed')
      const peer = subject.node.libp2p.peerId
      const matrix = { 'use-for-bootstrap': 'marginal' as const }
      const asked = await insideNode('edge', { trust: { ...NO_TRUST, matrix } })
      const praise = async (): Promise<() => void> => {
        const rater = await insideNode('edge')
        for (let round = 0; round < 3; round++) {
          await rater.libp2p.dial(multiaddr(subject.addresses[0] ?? ''))
          await rater.libp2p.hangUp(peer)
        }
        rater.trust.grant('peer-exchange', 'anyone')
        const revoke = asked.trust.grant('peer-exchange', [rater.libp2p.peerId])
        await rater.libp2p.dial(asked.libp2p.getMultiaddrs())
        const clientOf = ({ libp2p }: InsideNode, other: InsideNode) =>
          servicesOf({ libp2p }).rpc.client(TrustExchangeService, other.libp2p.peerId)
        const { ratings } = await clientOf(asked, rater).exchangeRatings({ ratings: [] })
        await clientOf(rater, asked).exchangeRatings({ ratings })
        return revoke
      }
      const revokes = [await praise(), await praise()]
      expect([asked.trust.levelOf(peer), asked.libp2p.getConnections(peer)]).toEqual(['peer', []])
      revokes.push(await praise())
      expect(asked.trust.levelOf(peer)).toBe('marginal')
      await until(() => asked.libp2p.getConnections(peer).length > 0)
      revokes[0]?.()
      await until(() => asked.trust.levelOf(peer) !== 'marginal')
      expect(asked.trust.nodes('use-for-bootstrap')).toEqual([])
    }
  )
})
