import { join } from 'node:path'
import type { ConfigInput } from '@waystone/node/config'

export type Role = ConfigInput['role']

/** A node of the local network before it runs. */
export interface PlannedNode {
  /** `seed-1`, `relay-2`, … */
  name: string
  role: Role
  peerId: string
  /** TCP port on loopback; absent for a node that listens only through relays. */
  port?: number
  dataDir: string
}

/** What is written into a node's config file; the rest comes from the dev preset. */
export type NodeConfig = { extends: 'dev' } & {
  [Section in keyof ConfigInput]?: ConfigInput[Section] extends unknown[] | string
    ? ConfigInput[Section]
    : Partial<ConfigInput[Section]>
}

/** How many nodes of each role the network has. */
export type RoleCounts = Record<Role, number>

/** Names and folders of all nodes, seeds first; the last edge is the one behind relays. */
export function nameNodes(counts: RoleCounts, dataDir: string): { name: string; role: Role; dataDir: string }[] {
  const roles: Role[] = ['seed', 'relay', 'edge']
  return roles.flatMap(role =>
    Array.from({ length: counts[role] }, (_, index) => {
      const name = `${role}-${index + 1}`
      return { name, role, dataDir: join(dataDir, name) }
    })
  )
}

/** Where others reach a node directly, ending in its peer id. */
export function directAddress({ port, peerId }: PlannedNode): string | undefined {
  return port === undefined ? undefined : `/ip4/127.0.0.1/tcp/${port}/p2p/${peerId}`
}

/**
 * The config of one node of the network. Every node knows all seeds but itself;
 * an edge without a port holds reservations on all relays.
 */
export function configOf(node: PlannedNode, network: PlannedNode[]): NodeConfig {
  const hidden = node.port === undefined
  return {
    extends: 'dev',
    role: node.role,
    network: 'local',
    dataDir: node.dataDir,
    addresses: { listen: hidden ? [] : listenAddresses(node) },
    seeds: addressesOf('seed', node, network),
    relays: hidden ? addressesOf('relay', node, network) : [],
    // a hidden edge must stay reachable through relays alone, so it never upgrades to a direct path
    transports: { tcp: true, ws: !hidden, quic: false, webrtc: false, webrtcDirect: false },
    nat: { dcutr: !hidden },
    files: node.role === 'edge' ? { inbox: join(node.dataDir, 'inbox'), accept: 'all' } : {}
  }
}

function listenAddresses({ role, port }: PlannedNode): string[] {
  const tcp = `/ip4/127.0.0.1/tcp/${port}`
  return role === 'edge' ? [tcp] : [tcp, '/ip4/127.0.0.1/tcp/0/ws']
}

function addressesOf(role: Role, self: PlannedNode, network: PlannedNode[]): string[] {
  const others = network.filter(other => other.role === role && other.name !== self.name)
  return others.flatMap(other => directAddress(other) ?? [])
}
