import type { PeerDiscovery, PeerInfo } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * The addresses of an mDNS answer under which its sender can be elsewhere. Loopback leads to this machine: it counts
 * only where the sender has nothing else, and so is on this machine itself. A link-local IPv6 address without a zone
 * leads nowhere, and an own address to this node. Pure.
 *
 * @param own - addresses of this node, without its peer id
 */
export function likelyAddresses(answer: readonly Multiaddr[], own: readonly string[]): Multiaddr[] {
  const isHere = answer.every(isLoopback)
  return answer.filter(
    address => (isHere || !isLoopback(address)) && !isLinkLocal(address) && !own.includes(address.toString())
  )
}

/** Lets a source tell only of addresses that are worth a dial. @param own - as for {@link likelyAddresses} */
export function onlyLikely(source: PeerDiscovery, own: () => readonly string[]): PeerDiscovery {
  const tell = source.dispatchEvent.bind(source)
  source.dispatchEvent = event => {
    if (!isPeer(event)) return tell(event)
    const multiaddrs = likelyAddresses(event.detail.multiaddrs, own())
    return multiaddrs.length === 0 || tell(new CustomEvent('peer', { detail: { ...event.detail, multiaddrs } }))
  }
  return source
}

function isPeer(event: Event): event is CustomEvent<PeerInfo> {
  return event.type === 'peer' && event instanceof CustomEvent
}

function isLoopback(address: Multiaddr): boolean {
  return /^\/(ip4\/127\.|ip6\/::1\/)/.test(address.toString())
}

/** Of fe80::/10; one with a zone begins with `ip6zone`. */
function isLinkLocal(address: Multiaddr): boolean {
  return /^\/ip6\/fe[89ab][0-9a-f]:/i.test(address.toString())
}
