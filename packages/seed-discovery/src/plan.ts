import { CODE_P2P, CODE_P2P_CIRCUIT, multiaddr } from '@multiformats/multiaddr'
import { chooseNodes } from './choose-nodes.ts'
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
  const own = configured.map(({ peerId }) => peerId.toString()).filter(id => id !== self.toString())
  const others = chooseNodes([connect, hold], { own: self.toString(), without: new Set([...own, self.toString()]) })
  // a PeerId is made of those only that are kept
  const wanted = new Set([...own, ...others.map(({ id }) => id)])
  const [connecting, holding] = [pick(connect, wanted), pick(hold, wanted)]
  return [...wanted].flatMap(id => {
    const node = holding.get(id) ?? connecting.get(id)
    if (node === undefined) return []
    const plan = { peerId: node.peer, addresses: addressesOf(node, configured), strict: node.strict }
    return { ...plan, connect: connecting.has(id), hold: holding.has(id) }
  })
}

/** Where a node may be dialled; what cannot be read, leads through a relay or ends in another peer is left out. */
export function addressesOf(node: TrustedNode, configured: readonly PeerAddresses[]): Multiaddr[] {
  const own = node.addresses.flatMap(text => parse(text, node.peer))
  const more = configured.find(({ peerId }) => peerId.equals(node.peer))?.addresses ?? []
  const all = node.strict && own.length > 0 ? own : [...more, ...own]
  return [...new Map(all.map(address => [address.toString(), address])).values()]
}

/** Those of a long list that are wanted, by id. */
function pick(nodes: readonly TrustedNode[], wanted: ReadonlySet<string>): Map<string, TrustedNode> {
  return new Map(nodes.filter(({ id }) => wanted.has(id)).map(node => [node.id, node]))
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
