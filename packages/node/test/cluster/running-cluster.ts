import { join } from 'node:path'
import { systemClock } from '@waystone/kit'
import { cluster, trust } from '@waystone/wire/admin'
import { writeFiles } from '../config/scratch-folder.ts'
import { startLocalNode } from '../local-node.ts'
import { clusterFile, keyOf, peerOf } from './cluster-file.ts'
import type { PeerId } from '@libp2p/interface'
import type { Rpc } from '@waystone/rpc'
import type { SeedCluster } from '@waystone/seed-cluster'
import type { ClusterFileInit } from './cluster-file.ts'
import type { ConfigInput } from '../../src/config/schema.ts'
import type { CreateNodeInit, WaystoneNode } from '../../src/index.ts'

/** The seed of the key of the cluster's trust file. */
const CLUSTER_KEY = 1

export interface RunningSeed extends AsyncDisposable {
  node: WaystoneNode
  cluster: SeedCluster
  addresses: string[]
}

/** The keys under `cluster` of a cluster with these members, with its trust file beside. */
export async function shippedCluster(
  members: readonly PeerId[],
  sequence = 1n,
  signing: Pick<ClusterFileInit, 'now' | 'lifetime'> = { now: systemClock.now() }
): Promise<ConfigInput['cluster']> {
  const signed = await clusterFile({ key: await keyOf(CLUSTER_KEY), members, sequence, ...signing })
  const folder = await writeFiles({ 'cluster.json': signed.bytes, 'cluster.ipns': signed.record })
  return { key: signed.name, file: join(folder, 'cluster.json'), record: join(folder, 'cluster.ipns') }
}

/** The peers whose keys follow from 10, 11 and so on. */
export async function peersOf(count: number): Promise<PeerId[]> {
  return await Promise.all(Array.from({ length: count }, async (_, index) => await peerOf(10 + index)))
}

/** A seed whose key is that of the peer at this index. */
export async function startSeed(
  index: number,
  config: Partial<ConfigInput>,
  init: Partial<CreateNodeInit> = {}
): Promise<RunningSeed> {
  const local = await startLocalNode('seed', config, { privateKey: await keyOf(10 + index), ...init })
  return Object.assign(local, { cluster: serviceOf(local.node, 'seedCluster') as SeedCluster })
}

/** Whether all know, and talk to, all others. */
export function isFullMesh(seeds: readonly RunningSeed[]): boolean {
  return seeds.every(seed => {
    const others = seed.cluster.members().filter(({ isSelf }) => !isSelf)
    return (
      others.length === seeds.length - 1 && others.every(({ isConnected, said }) => isConnected && said !== undefined)
    )
  })
}

/** What the audit log of a node has, as `kind subject: reason`; the asker needs the function `admin` there. */
export async function auditOf(asked: { node: WaystoneNode }, asker: WaystoneNode): Promise<string[]> {
  const client = (serviceOf(asker, 'rpc') as Rpc).client(trust.TrustService, asked.node.libp2p.peerId)
  const lines: string[] = []
  for await (const { event } of client.audit({})) {
    if (event !== undefined) lines.push(`${event.kind} ${event.subject}: ${event.reason}`)
  }
  return lines
}

/** How one node's operator sees the cluster. */
export function operatorOf(asked: RunningSeed, asker: WaystoneNode) {
  return (serviceOf(asker, 'rpc') as Rpc).client(cluster.ClusterService, asked.node.libp2p.peerId)
}

export function serviceOf({ libp2p }: WaystoneNode, key: string): unknown {
  const service: unknown = Reflect.get(libp2p.services, key)
  if (service === undefined) throw new Error(`the node runs no ${key}`)
  return service
}
