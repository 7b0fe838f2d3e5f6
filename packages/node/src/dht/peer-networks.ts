import { networkOf } from '@waystone/bootstrap/network'
import { CODE_P2P_CIRCUIT } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Of a name that leads to a peer, which its owner can have any number of. */
const OWNED_LABELS = 2
/** A way that says nothing of where it leads. */
const UNKNOWN = 'unknown'

/**
 * The networks that a peer is in, by the addresses at which it is connected:
 * what it says of itself could be anything. The /24 of IPv4, the /48 of IPv6;
 * of a peer behind a relay those of the relay. Pure.
 *
 * @param exemptPrivate - whether this machine and local networks are none
 */
export function peerNetworks(addresses: readonly Multiaddr[], exemptPrivate: boolean): string[] {
  return [...new Set(addresses.flatMap(address => networkName(address, exemptPrivate) ?? []))]
}

function networkName(address: Multiaddr, exemptPrivate: boolean): string | undefined {
  const direct = withoutCircuit(address)
  const network = networkOf(direct)
  if (network !== undefined) return network.isPrivate && exemptPrivate ? undefined : network.narrow
  const name = direct.getComponents().find(part => part.name.startsWith('dns'))?.value
  if (name !== undefined) return name.toLowerCase().split('.').slice(-OWNED_LABELS).join('.')
  return exemptPrivate ? undefined : UNKNOWN
}

function withoutCircuit(address: Multiaddr): Multiaddr {
  const isRelayed = address.getComponents().some(({ code }) => code === CODE_P2P_CIRCUIT)
  return isRelayed ? withoutCircuit(address.decapsulateCode(CODE_P2P_CIRCUIT)) : address
}
