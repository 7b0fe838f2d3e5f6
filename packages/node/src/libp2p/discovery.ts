import { CODE_P2P } from '@multiformats/multiaddr'
import { onlyLikely } from './mdns-addresses.ts'
import type { Config } from '../config/schema.ts'
import type { Libp2pInit } from 'libp2p'

type DiscoveryFactory = NonNullable<Libp2pInit['peerDiscovery']>[number]

/** Finds peers of the same Waystone network on the same LAN, if switched on. */
export async function createDiscovery({ mdns, network }: Config): Promise<DiscoveryFactory[]> {
  if (!mdns.enabled) return []
  const library = await import('@libp2p/mdns')
  const create = library.mdns({ interval: mdns.interval, serviceTag: mdnsServiceTag(network) })
  return [
    components => {
      const own = (): string[] =>
        components.addressManager.getAddresses().map(address => address.decapsulateCode(CODE_P2P).toString())
      return onlyLikely(create(components), own)
    }
  ]
}

/**
 * A private network has a service name of its own, so that it sees no peers of other networks
 * (https://github.com/libp2p/specs/blob/master/discovery/mdns.md, "service-name").
 */
export function mdnsServiceTag(network: string): string {
  return `_p2p-${network}._udp.local`
}
