import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { ManualClock, RecordedMetrics, seededRandom, until } from '@waystone/kit/testing'
import { rpc } from '@waystone/rpc'
import { seedCluster } from '@waystone/seed-cluster'
import { MemoryDatastore } from 'datastore-core'
import { createLibp2p } from 'libp2p'
import { onTestFinished } from 'vitest'
import { ListedMembership } from './listed-membership.ts'
import type { Ed25519PrivateKey, PeerId } from '@libp2p/interface'
import type { Rpc } from '@waystone/rpc'
import type { ClusterAudit, DuplicateIdentityError, SeedCluster, SeedClusterInit } from '@waystone/seed-cluster'
import type { Libp2p } from 'libp2p'

/** Where a manual clock stands at first. */
export const NOW = 1_700_000_000_000

export type MemberNode = Libp2p<{ rpc: Rpc; seedCluster: SeedCluster }>

export interface Member {
  node: MemberNode
  service: SeedCluster
  membership: ListedMembership
  clock: ManualClock
  metrics: RecordedMetrics
  audited: Parameters<ClusterAudit['add']>[0][]
  events: string[]
  yielded: DuplicateIdentityError[]
}

export interface MemberInit extends Partial<SeedClusterInit> {
  /** Its identity follows from it. */
  seed: number
  membership?: ListedMembership
  clock?: ManualClock
  datastore?: MemoryDatastore
}

/** A key that follows from a number. */
export async function keyOf(seed: number): Promise<Ed25519PrivateKey> {
  return await generateKeyPairFromSeed('Ed25519', seededRandom(seed).bytes(32))
}

export async function peerOf(seed: number): Promise<PeerId> {
  return peerIdFromPrivateKey(await keyOf(seed))
}

let runs = 0

/** A run of a node that is another one at each call. */
export function newInstance(startedAt = NOW): SeedClusterInit['instance'] {
  return { id: seededRandom(10_000 + runs++).bytes(16), startedAt }
}

/** A node with this identity, its own list of members, and a clock that a test moves. It stops when the test ends. */
export async function startMember({ seed, datastore = new MemoryDatastore(), ...init }: MemberInit): Promise<Member> {
  const { membership = new ListedMembership(), clock = new ManualClock(NOW) } = init
  const metrics = new RecordedMetrics()
  const made = { audited: [] as Member['audited'], events: [] as string[], yielded: [] as DuplicateIdentityError[] }
  const told: SeedClusterInit = {
    membership,
    instance: newInstance(),
    audit: { add: event => void made.audited.push(event) },
    events: { emit: (kind, detail) => void made.events.push(`${kind} ${JSON.stringify(detail)}`) },
    onYield: error => void made.yielded.push(error),
    random: seededRandom(seed),
    ...init,
    clock
  }
  const node: MemberNode = await createLibp2p({
    privateKey: await keyOf(seed),
    datastore,
    metrics: () => metrics.toMetrics(),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxEarlyStreams: 2_000 })],
    connectionManager: { inboundConnectionThreshold: 10_000, maxIncomingPendingConnections: 10_000 },
    services: { identify: identify(), ping: ping(), rpc: rpc(), seedCluster: seedCluster(told) }
  })
  onTestFinished(async () => node.stop())
  return { node, service: node.services.seedCluster, membership, clock, metrics, ...made }
}

/** Members that all know of each other, not connected. */
export async function startCluster(size: number, init: Partial<MemberInit> = {}): Promise<Member[]> {
  const seeds = Array.from({ length: size }, (_, index) => index + 1)
  const peers = await Promise.all(seeds.map(peerOf))
  return await Promise.all(
    seeds.map(async seed => {
      const membership = new ListedMembership()
      membership.set(peers)
      return await startMember({ ...init, seed, membership })
    })
  )
}

export async function connect(one: Member, other: Member): Promise<void> {
  await one.node.dial(other.node.getMultiaddrs())
}

/** How one sees the other. */
export function seenBy(one: Member, other: Member): ReturnType<SeedCluster['members']>[number] | undefined {
  return one.service.members().find(({ id }) => id === other.node.peerId.toString())
}

export async function heardEachOther(one: Member, other: Member): Promise<void> {
  await until(() => seenBy(one, other)?.said !== undefined && seenBy(other, one)?.said !== undefined)
}
