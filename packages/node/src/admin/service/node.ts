import { memoryUsage, pid, version } from 'node:process'
import { seedClusterOf } from '../../libp2p/seed-cluster-of.ts'
import { VERSION } from '../../version.ts'
import { pluginMessage } from './plugin-message.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Connection } from '@libp2p/interface'
import type { ClusterSummary } from '@waystone/seed-cluster'
import type { GetNodeResponseSchema, NodeClusterSchema } from '@waystone/wire/admin'
import type { Traffic } from '../../libp2p/byte-counts.ts'
import type { AdminCalls, AdminContext } from './contract.ts'

type NodeInfo = MessageInitShape<typeof GetNodeResponseSchema>
type ClusterInfo = MessageInitShape<typeof NodeClusterSchema>
type SeedInfo = { peer: string; address: string; connected: boolean }
type ReservationInfo = { relay: string; addresses: string[] }

/** `GetNode` */
export function nodeCalls(context: AdminContext): AdminCalls {
  const { peerId, addressManager, connectionManager, registrar, rpc } = context.components
  return {
    getNode: () =>
      describeNode({
        ...context,
        peerId: peerId.toString(),
        missing: context.missing(),
        cluster: seedClusterOf(context.components)?.summary(),
        uptimeMs: context.uptimeMs(),
        traffic: context.bytes.total,
        connections: connectionManager.getConnections(),
        addresses: addressManager.getAddresses().map(String),
        protocols: registrar.getProtocols(),
        services: rpc.services(),
        plugins: context.plugins()
      })
  }
}

export interface DescribeNodeInit {
  config: Pick<AdminContext['config'], 'role' | 'network' | 'dataDir' | 'seeds'>
  instance: AdminContext['instance']
  peerId: string
  missing: string[]
  cluster?: ClusterSummary | undefined
  /** Milliseconds since the Unix epoch. */
  startedAtMs: number
  uptimeMs: number
  traffic: Traffic
  connections: Pick<Connection, 'remotePeer' | 'streams'>[]
  /** Where others reach this node, with its peer id. */
  addresses: string[]
  protocols: string[]
  services: string[]
  plugins: ReturnType<AdminContext['plugins']>
}

/** What `GetNode` answers. */
export function describeNode(init: DescribeNodeInit): NodeInfo {
  const { config, peerId, missing, connections, addresses, traffic, instance, cluster } = init
  return {
    ...(instance.slot !== undefined && { slot: instance.slot }),
    ...(instance.fence !== undefined && { fence: instance.fence }),
    ...(cluster !== undefined && { cluster: describeCluster(cluster) }),
    role: config.role,
    network: config.network,
    dataDir: config.dataDir,
    peerId,
    ...describeProcess(),
    ready: missing.length === 0,
    missing,
    startedAtMs: BigInt(Math.round(init.startedAtMs)),
    uptimeMs: BigInt(Math.round(init.uptimeMs)),
    bytesReceived: BigInt(traffic.received),
    bytesSent: BigInt(traffic.sent),
    connections: connections.length,
    peers: new Set(connections.map(({ remotePeer }) => remotePeer.toString())).size,
    seeds: config.seeds.map(address => describeSeed(address, connections)),
    reservations: reservationsIn(addresses),
    circuits: countCircuits(connections),
    protocols: init.protocols.toSorted(),
    services: init.services.toSorted(),
    plugins: init.plugins.map(pluginMessage),
    addresses
  }
}

function describeCluster({ name, state, connected, running, fileSequence }: ClusterSummary): ClusterInfo {
  const known = { name, state, connectedMembers: connected, runningMembers: running }
  return { ...known, ...(fileSequence !== undefined && { fileSequence }) }
}

function describeProcess(): Pick<NodeInfo, 'version' | 'nodeVersion' | 'pid' | 'memoryBytes'> {
  return { version: VERSION, nodeVersion: version, pid, memoryBytes: BigInt(memoryUsage.rss()) }
}

function describeSeed(address: string, connections: DescribeNodeInit['connections']): SeedInfo {
  const peer = address.slice(address.lastIndexOf('/') + 1)
  return { peer, address, connected: connections.some(({ remotePeer }) => remotePeer.toString() === peer) }
}

/** A reservation shows as an own address through the relay. */
function reservationsIn(addresses: string[]): ReservationInfo[] {
  const byRelay = new Map<string, string[]>()
  for (const address of addresses) {
    const relay = /\/p2p\/([^/]+)\/p2p-circuit/.exec(address)?.[1]
    if (relay !== undefined) byRelay.set(relay, [...(byRelay.get(relay) ?? []), address])
  }
  return [...byRelay].map(([relay, through]) => ({ relay, addresses: through }))
}

/** The protocol on which a relay carries a circuit on to its destination (circuit relay v2). */
const CIRCUIT_STOP = '/libp2p/circuit/relay/0.2.0/stop'

/** A relay opens one stream to the destination of each circuit. */
function countCircuits(connections: DescribeNodeInit['connections']): number {
  const streams = connections.flatMap(connection => connection.streams)
  return streams.filter(({ protocol, direction }) => protocol === CIRCUIT_STOP && direction === 'outbound').length
}
