import { CODE_P2P, CODE_P2P_CIRCUIT, multiaddr } from '@multiformats/multiaddr'
import { MAX_KEPT } from './constants.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { TrustedNode } from '@waystone/interface'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'

/** A node that is to be kept, dialled at start, or both. */
export interface PlannedNode extends PeerAddresses {
  /** Dialled by us, also while it was never connected. */
  connect: boolean
  /** Tagged, and dialled again when it is lost. */
  hold: boolean
  /** Reached at no address but these. */
  strict: boolean
}

export interface PlanInit {
  self: PeerId
  /** What the operator's own config gives. */
  configured: readonly PeerAddresses[]
  /** Nodes with the function `connect-on-startup`. */
  connect: readonly TrustedNode[]
  /** Nodes with the function `hold-and-reconnect`. */
  hold: readonly TrustedNode[]
}

/** Who is to be kept: all that are configured, in their order, and a bounded choice of the others. */
export function planNodes({ self, configured, connect, hold }: PlanInit): PlannedNode[] {
  const [connecting, holding] = [idsOf(connect), idsOf(hold)]
  const all = new Map([...connect, ...hold].map(node => [node.id, node]))
  all.delete(self.toString())
  const own = configured.flatMap(({ peerId }) => all.get(peerId.toString()) ?? [])
  for (const { id } of own) all.delete(id)
  // a PeerId is made of those only that are kept
  return [...own, ...choose([...all.values()], self)].map(node => {
    const addresses = addressesOf(node, configured)
    return {
      peerId: node.peer,
      addresses,
      strict: node.strict,
      connect: connecting.has(node.id),
      hold: holding.has(node.id)
    }
  })
}

/** Where a node may be dialled; what cannot be read, leads through a relay or ends in another peer is left out. */
export function addressesOf(node: TrustedNode, configured: readonly PeerAddresses[]): Multiaddr[] {
  const own = node.addresses.flatMap(text => parse(text, node.peer))
  const more = configured.find(({ peerId }) => peerId.equals(node.peer))?.addresses ?? []
  const all = node.strict && own.length > 0 ? own : [...more, ...own]
  return [...new Map(all.map(address => [address.toString(), address])).values()]
}

// Highest level first, as they come. Within a level the choice of every node is another one, so
// that the members of a network spread over its seeds, and the same again after a restart.
function choose(nodes: TrustedNode[], self: PeerId): TrustedNode[] {
  if (nodes.length <= MAX_KEPT) return nodes
  const own = self.toString()
  const levels = [...new Set(nodes.map(({ level }) => level))]
  const ranked = nodes.map(node => ({
    node,
    level: levels.indexOf(node.level),
    rank: hash(own + node.id)
  }))
  ranked.sort((a, b) => a.level - b.level || a.rank - b.rank)
  return ranked.slice(0, MAX_KEPT).map(({ node }) => node)
}

// 32-bit FNV-1a with the last step of MurmurHash3, or ids that end alike would stand side by side
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

function idsOf(nodes: readonly TrustedNode[]): Set<string> {
  return new Set(nodes.map(({ id }) => id))
}

function parse(text: string, peer: PeerId): Multiaddr[] {
  try {
    const address = multiaddr(text)
    const components = address.getComponents()
    if (components.length === 0 || components.some(({ code }) => code === CODE_P2P_CIRCUIT)) return []
    const last = components.at(-1)
    if (last?.code !== CODE_P2P) return [address.encapsulate(`/p2p/${peer.toString()}`)]
    return last.value === peer.toString() ? [address] : []
  } catch {
    return []
  }
}
