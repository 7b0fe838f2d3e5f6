import { describeConnection } from '../libp2p/describe-connection.ts'
import { VERSION } from '../version.ts'
import type { Libp2p } from '@libp2p/interface'
import type { Config } from '../config/schema.ts'
import type { ConnectionStatus } from '../libp2p/describe-connection.ts'

/** What `/status` answers. */
export interface NodeStatus {
  role: Config['role']
  peerId: string
  network: string
  version: string
  ready: boolean
  missing: string[]
  /** Milliseconds since the node was created. */
  uptimeMs: number
  /** Where others reach this node, with its peer id. */
  addresses: string[]
  connections: ConnectionStatus[]
  /** The configured seeds and whether there is a connection to each. */
  seeds: { peer: string; address: string; connected: boolean }[]
  /** The relays that hold a reservation for this node. */
  reservations: { relay: string; addresses: string[] }[]
}

export interface StatusInit {
  config: Config
  libp2p: Libp2p
  missing: string[]
  uptimeMs: number
}

export function describeNode({ config, libp2p, missing, uptimeMs }: StatusInit): NodeStatus {
  const addresses = libp2p.getMultiaddrs().map(String)
  const connections = libp2p.getConnections().map(describeConnection)
  return {
    role: config.role,
    peerId: libp2p.peerId.toString(),
    network: config.network,
    version: VERSION,
    ready: missing.length === 0,
    missing,
    uptimeMs,
    addresses,
    connections,
    seeds: config.seeds.map(address => describeSeed(address, connections)),
    reservations: reservationsIn(addresses)
  }
}

function describeSeed(address: string, connections: ConnectionStatus[]): NodeStatus['seeds'][number] {
  const peer = address.slice(address.lastIndexOf('/') + 1)
  return { peer, address, connected: connections.some(connection => connection.peer === peer) }
}

/** A reservation shows as an own address through the relay. */
function reservationsIn(addresses: string[]): NodeStatus['reservations'] {
  const byRelay = new Map<string, string[]>()
  for (const address of addresses) {
    const relay = /\/p2p\/([^/]+)\/p2p-circuit/.exec(address)?.[1]
    if (relay !== undefined) byRelay.set(relay, [...(byRelay.get(relay) ?? []), address])
  }
  return [...byRelay].map(([relay, through]) => ({ relay, addresses: through }))
}
