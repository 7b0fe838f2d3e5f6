import { isPrivate } from '@libp2p/utils'
import { Reachability } from '@waystone/wire/admin'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { NodeAddress } from '@libp2p/interface-internal'
import type { AddressSchema } from '@waystone/wire/admin'
import type { AdminCalls, AdminContext } from './contract.ts'

type AddressInfo = MessageInitShape<typeof AddressSchema>

/** `ListAddresses` */
export function addressCalls({ components: { addressManager, peerId } }: AdminContext): AdminCalls {
  return {
    listAddresses: () => {
      const announced = addressManager.getAddresses().map(String)
      const own = `/p2p/${peerId.toString()}`
      return { addresses: describeAddresses(addressManager.getAddressesWithMetadata(), { announced, own }) }
    }
  }
}

export interface DescribeAddressesInit {
  /** Those that are told to others, with the peer id. */
  announced: readonly string[]
  /** `/p2p/…` of this node. */
  own: string
}

/** Every address of a node once. Pure. */
export function describeAddresses(known: readonly NodeAddress[], init: DescribeAddressesInit): AddressInfo[] {
  const byText = new Map<string, AddressInfo>()
  for (const address of known) {
    const text = withPeer(address.multiaddr.toString(), init.own)
    const info = {
      address: text,
      reachability: reachabilityOf(address),
      announced: init.announced.includes(text),
      source: address.type
    }
    // a port that was mapped is known by its listener and by what the world saw: what was tried says more
    const before = byText.get(text)
    if (before === undefined || before.reachability === Reachability.UNKNOWN) byText.set(text, info)
  }
  return [...byText.values()]
}

function withPeer(text: string, own: string): string {
  return text.endsWith(own) ? text : `${text}${own}`
}

/**
 * libp2p (3.3, address-manager) counts announced and private addresses as
 * verified from the start, and gives one a time when somebody has tried it:
 * only AutoNAT's peers know.
 */
export function reachabilityOf({ multiaddr, type, verified, expires, lastVerified }: NodeAddress): Reachability {
  if (multiaddr.toString().includes('/p2p-circuit')) return Reachability.RELAYED
  if (isPrivateAddress(multiaddr)) return Reachability.PRIVATE
  if (type === 'announce' || expires === 0) return Reachability.UNKNOWN
  if (!verified) return Reachability.UNREACHABLE
  return lastVerified === undefined ? Reachability.UNKNOWN : Reachability.REACHABLE
}

function isPrivateAddress(address: NodeAddress['multiaddr']): boolean {
  try {
    return address.toString().startsWith('/memory/') || isPrivate(address)
  } catch {
    // a host name, or nothing with a host at all
    return false
  }
}
