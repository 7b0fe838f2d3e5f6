import type { AbortOptions, PeerId, PeerRouting } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * Where the network says that a peer is now, each address ending in its peer
 * id; none if the network does not know. What this node remembers of the peer
 * is passed over: it may be what has just failed.
 */
export async function lookUpAddresses(
  routing: Pick<PeerRouting, 'findPeer'>,
  peer: PeerId,
  options: AbortOptions = {}
): Promise<Multiaddr[]> {
  try {
    const { multiaddrs } = await routing.findPeer(peer, { ...options, useCache: false })
    return multiaddrs.map(address => endIn(peer, address))
  } catch {
    options.signal?.throwIfAborted()
    return []
  }
}

function endIn(peer: PeerId, address: Multiaddr): Multiaddr {
  const last = address.getComponents().at(-1)
  const named = last?.name === 'p2p' && last.value === peer.toString()
  return named ? address : address.encapsulate(`/p2p/${peer.toString()}`)
}
