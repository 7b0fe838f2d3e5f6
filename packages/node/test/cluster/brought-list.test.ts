import { systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { onTestFinished, expect, test } from 'vitest'
import { startLocalNode } from '../local-node.ts'
import { clusterFile, keyOf } from './cluster-file.ts'
import { isFullMesh, peersOf, shippedCluster, startSeed } from './running-cluster.ts'
import type { TrustAclService } from '@waystone/trust-acl'

const SLOW = { timeout: 40_000 }

test('seeds take the next list from an edge that is no member', SLOW, async () => {
  const peers = await peersOf(3)
  const cluster = await shippedCluster(peers.slice(0, 2))
  const first = await startSeed(0, { cluster })
  const seeds = [first, await startSeed(1, { cluster, seeds: first.addresses })]
  onTestFinished(async () => void (await Promise.all(seeds.map(async seed => seed[Symbol.asyncDispose]()))))
  const edge = await startLocalNode('edge', { cluster, seeds: first.addresses })
  onTestFinished(async () => edge[Symbol.asyncDispose]())
  await until(() => isFullMesh(seeds) && edge.node.libp2p.getConnections(first.node.libp2p.peerId).length > 0)

  const next = await clusterFile({ key: await keyOf(1), members: peers, sequence: 2n, now: systemClock.now() })
  const { trustAcl } = Object(edge.node.libp2p.services) as { trustAcl: TrustAclService }
  await until(async () => (await edge.node.libp2p.peerStore.get(first.node.libp2p.peerId)).protocols.length > 0)
  const { published } = await trustAcl.publish({ file: next.bytes, record: next.record })
  expect(published).toContain('rpc')
  await until(() => seeds.every(seed => seed.cluster.members().length === peers.length), { ms: 15_000 })
})
