import type { Member } from './member.ts'
import type { WaystoneNode } from '@waystone/node'

/** A node that runs, with its name. */
interface Running {
  name: string
  node: WaystoneNode
}

/** What running nodes miss, one line each that begins with the node's name; stopped ones miss nothing. */
export async function missingOf(members: readonly Member[]): Promise<string[]> {
  const running = members.flatMap(({ planned, node }) =>
    node?.libp2p.status === 'started' ? [{ name: planned.name, node }] : []
  )
  const own = running.flatMap(({ name, node }) => node.missing().map(line => `${name}: ${line}`))
  const unknown = await Promise.all(running.flatMap(one => running.map(async other => await unknownTo(one, other))))
  return [...own, ...unknown.flat()]
}

/**
 * A node is found through its seeds, and they learn its addresses by identify:
 * after the connection is there, and after a reservation is.
 */
async function unknownTo(seed: Running, other: Running): Promise<string[]> {
  const { libp2p } = seed.node
  const self = libp2p.peerId.toString()
  if (!other.node.config.seeds.some(address => address.endsWith(self))) return []
  const { peerId } = other.node.libp2p
  if (libp2p.getConnections(peerId).length === 0) return [`${seed.name}: not connected to ${other.name}`]
  const entry = await libp2p.peerStore.get(peerId).catch(() => undefined)
  const known = new Set(entry?.addresses.map(({ multiaddr }) => multiaddr.toString()))
  const own = other.node.libp2p
    .getMultiaddrs()
    .map(address => address.toString().replace(`/p2p/${peerId.toString()}`, ''))
  return own.every(address => known.has(address)) ? [] : [`${seed.name}: does not know the addresses of ${other.name}`]
}
