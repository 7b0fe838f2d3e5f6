import { isPrivate } from '@libp2p/utils'
import { groupPeerAddresses } from '@waystone/kit/peer-addresses'
import { MAX_LISTED } from '../constants.ts'
import type { NodeAddress } from '@libp2p/interface-internal'
import type { Check, CheckContext } from '../check.ts'
import type { OwnAddress, Reachability } from '../observation.ts'

/** Which addresses of this node others can dial, as AutoNAT v2 and inbound connections show. */
export const addressesCheck: Check = async context => {
  const { init, components } = context
  const wanted = groupPeerAddresses(init.relays, 'relay').filter(({ peerId }) => !peerId.equals(components.peerId))
  return [
    {
      kind: 'addresses',
      addresses: ownAddresses(context),
      inbound: inboundPeers(context),
      reservations: reservingRelays(context).size,
      relays: wanted.length
    }
  ]
}

/** Every address of this node once, best reachable first. */
export function ownAddresses({ components, clock }: CheckContext): OwnAddress[] {
  const known = new Map<string, OwnAddress>()
  for (const metadata of components.addressManager.getAddressesWithMetadata()) {
    const address = metadata.multiaddr.toString()
    const reachability = reachabilityOf(metadata, clock.now())
    if (known.get(address)?.reachability !== 'reachable') known.set(address, { address, reachability })
  }
  return [...known.values()].slice(0, MAX_LISTED)
}

/**
 * What libp2p's address manager (3.3) knows: AutoNAT's verdict lasts until
 * `expires`; an address of which it has heard nothing has none.
 */
function reachabilityOf({ multiaddr: address, verified, type, expires }: NodeAddress, now: number): Reachability {
  if (address.toString().includes('/p2p-circuit')) return 'relayed'
  if (isPrivate(address)) return 'private'
  if (type === 'announce') return 'announced'
  if (verified) return 'reachable'
  return expires > now ? 'unreachable' : 'untried'
}

/** Peer ids of the relays whose circuit addresses this node has. */
export function reservingRelays({ components }: CheckContext): Set<string> {
  const texts = components.addressManager.getAddressesWithMetadata().map(({ multiaddr }) => multiaddr.toString())
  return new Set(texts.flatMap(text => /\/p2p\/([^/]+)\/p2p-circuit/.exec(text)?.[1] ?? []))
}

function inboundPeers({ components }: CheckContext): number {
  const inbound = components.connectionManager
    .getConnections()
    .filter(({ direction, direct, remoteAddr }) => direction === 'inbound' && direct && !isPrivate(remoteAddr))
  return new Set(inbound.map(({ remotePeer }) => remotePeer.toString())).size
}
