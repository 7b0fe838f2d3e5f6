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
  const chosen = chooseNodes(sameNodes(connect, hold) ? { both: connect } : { connect, hold }, {
    self: self.toString(),
    first: new Set(own)
  })
  // a PeerId is made of those only that are kept
  return chosen.map(({ node, lists }) => {
    const plan = { peerId: node.peer, addresses: addressesOf(node, configured), strict: node.strict }
    return { ...plan, connect: !lists.every(name => name === 'hold'), hold: !lists.every(name => name === 'connect') }
  })
}

/** As they are by default: both functions need the same level. */
function sameNodes(one: readonly TrustedNode[], two: readonly TrustedNode[]): boolean {
  return one.length === two.length && one.every((node, index) => node === two[index])
}

/** Where a node may be dialled; what cannot be read, leads through a relay or ends in another peer is left out. */
export function addressesOf(node: TrustedNode, configured: readonly PeerAddresses[]): Multiaddr[] {
  const own = node.addresses.flatMap(text => parse(text, node.peer))
  const more = configured.find(({ peerId }) => peerId.equals(node.peer))?.addresses ?? []
  const all = node.strict && own.length > 0 ? own : [...more, ...own]
  return [...new Map(all.map(address => [address.toString(), address])).values()]
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
