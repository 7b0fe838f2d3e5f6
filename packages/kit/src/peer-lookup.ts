import { abortable } from './abortable.ts'
import { systemClock } from './clock.ts'
import { createDeadline } from './deadline.ts'
import type { AbortOptions, PeerId, PeerRouting } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock } from '@waystone/interface'

/**
 * A walk through a large DHT takes 2 to 5 s, a few more over relays. With an
 * empty routing table kad-dht (16.4.5) waits for its first peer, and heeds no signal.
 */
const LOOK_UP_MS = 10_000

export interface LookUpOptions extends AbortOptions {
  clock?: Clock
}

/**
 * Where the network says that a peer is now, each address ending in its peer
 * id; none if the network does not know. What this node remembers of the peer
 * is passed over: it may be what has just failed.
 * Ends after 10 s at the latest, whatever the routers do.
 */
export async function lookUpAddresses(
  routing: Pick<PeerRouting, 'findPeer'>,
  peer: PeerId,
  options: LookUpOptions = {}
): Promise<Multiaddr[]> {
  const { signal, clock = systemClock } = options
  using deadline = createDeadline({ ms: LOOK_UP_MS, what: 'a peer look-up', signal, clock })
  try {
    const asked = routing.findPeer(peer, { signal: deadline.signal, useCache: false })
    const { multiaddrs } = await abortable(asked, deadline.signal)
    return multiaddrs.map(address => endIn(peer, address))
  } catch {
    signal?.throwIfAborted()
    return []
  }
}

function endIn(peer: PeerId, address: Multiaddr): Multiaddr {
  const last = address.getComponents().at(-1)
  const named = last?.name === 'p2p' && last.value === peer.toString()
  return named ? address : address.encapsulate(`/p2p/${peer.toString()}`)
}
