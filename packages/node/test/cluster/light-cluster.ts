import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { systemClock } from '@waystone/kit'
import { seededRandom } from '@waystone/kit/testing'
import { rpc } from '@waystone/rpc'
import { seedCluster } from '@waystone/seed-cluster'
import { seedDiscovery } from '@waystone/seed-discovery'
import { TrustAcl } from '@waystone/trust-acl'
import { MemoryDatastore } from 'datastore-core'
import { createLibp2p } from 'libp2p'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { createInstance } from '../../src/cluster/instance.ts'
import { TrustMembership } from '../../src/cluster/membership.ts'
import { MAX_PING_STREAMS } from '../../src/libp2p/connection-limits.ts'
import { NodeLog } from '../../src/logging/node-log.ts'
import { trustAclConfig } from '../../src/trust/acl-config.ts'
import { localConfig } from '../local-node.ts'
import { clusterFile, fetchedFile, keyOf, peerOf } from './cluster-file.ts'
import type { Libp2p } from '@libp2p/interface'
import type { SeedCluster } from '@waystone/seed-cluster'
import type { SeedDiscovery } from '@waystone/seed-discovery'

/** A seed that does nothing but find and talk to the others. */
export interface LightSeed {
  node: Libp2p<{ seedCluster: SeedCluster; seedDiscovery: SeedDiscovery }>
  cluster: SeedCluster
  addresses: string[]
  /** Whom it refuses to talk to, by id, so that a test can part a network. */
  refused: Set<string>
}

/** What seeds of one cluster have in common: `size` members with keys that follow from 10, 11 and so on. */
export async function lightCluster(
  size: number
): Promise<(index: number, seeds?: readonly string[]) => Promise<LightSeed>> {
  const key = await keyOf(1)
  const members = await Promise.all(Array.from({ length: size }, async (_, at) => await peerOf(10 + at)))
  const signed = await clusterFile({ key, members, now: systemClock.now() })
  const fetched = await fetchedFile(signed, key)
  const log = new NodeLog(pino({ level: 'silent' })).forComponent('test')
  return async (index, seeds = []) => {
    const config = trustAclConfig(localConfig('seed', { cluster: { key: signed.name } }))
    const self = members[index] ?? (await peerOf(10 + index))
    const trust = await TrustAcl.open({ datastore: new MemoryDatastore(), self, config })
    await trust.setFile(signed.name, fetched)
    const membership = await TrustMembership.open({ name: 'test', key: signed.name, trust, log })
    const random = seededRandom(index)
    const instance = createInstance({ clock: systemClock, random })
    const refused = new Set<string>()
    const made: { node?: LightSeed['node'] } = {}
    const node: LightSeed['node'] = (made.node = await createLibp2p({
      // what feeds it has to be there first
      start: false,
      privateKey: await keyOf(10 + index),
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux({ maxEarlyStreams: 2_000 })],
      // not libp2p's, as a node: a ping that is late on a busy machine ends connections, and making them anew keeps it busy
      connectionMonitor: { enabled: false },
      connectionManager: { inboundConnectionThreshold: 10_000, maxIncomingPendingConnections: 10_000 },
      connectionGater: {
        denyDialMultiaddr: () => false,
        denyInboundEncryptedConnection: peer => refused.has(peer.toString()),
        denyDialPeer: peer => refused.has(peer.toString())
      },
      services: {
        identify: identify(),
        ping: ping({ maxInboundStreams: MAX_PING_STREAMS, maxOutboundStreams: MAX_PING_STREAMS }),
        rpc: rpc(),
        seedCluster: seedCluster({ membership, instance, trust, random }),
        seedDiscovery: seedDiscovery({
          seeds,
          trust,
          membership,
          mayBeAlone: true,
          random,
          sources: { feeds: { member: tell => made.node?.services.seedCluster.onMember(tell) ?? (() => {}) } }
        })
      }
    }))
    onTestFinished(async () => {
      await node.stop()
      membership.close()
      await trust.close()
    })
    await node.start()
    const addresses = node.getMultiaddrs().map(String)
    return { node, cluster: node.services.seedCluster, addresses, refused }
  }
}

/** Members that a seed is connected to. */
export function connectedTo({ cluster }: LightSeed): number {
  return cluster.members().filter(({ isConnected, isSelf }) => isConnected && !isSelf).length
}

/** How many are reached from the first one over connections. */
export function reachedFrom(seeds: readonly LightSeed[]): number {
  const byId = new Map(seeds.map(seed => [seed.node.peerId.toString(), seed]))
  const reached = new Set<string>()
  const waiting = seeds.slice(0, 1).map(({ node }) => node.peerId.toString())
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const seed = byId.get(id)
    if (seed === undefined || reached.has(id)) continue
    reached.add(id)
    waiting.push(...seed.cluster.members().flatMap(member => (member.isConnected ? [member.id] : [])))
  }
  return reached.size
}
