import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, CODE_P2P_CIRCUIT, multiaddr } from '@multiformats/multiaddr'
import { InvalidSeedAddressError } from './errors.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** One seed with every address that was given for it. */
export interface SeedAddresses {
  peerId: PeerId
  addresses: Multiaddr[]
}

/**
 * Groups seed addresses by peer id, in the order given and without repeats.
 *
 * @throws InvalidSeedAddressError
 */
export function groupSeedAddresses(seeds: ReadonlyArray<string | Multiaddr>): SeedAddresses[] {
  const groups = new Map<string, SeedAddresses>()
  for (const seed of seeds) {
    const { peerId, address } = parseSeed(seed)
    const group = groups.get(peerId.toString()) ?? { peerId, addresses: [] }
    if (!group.addresses.some(known => known.equals(address))) group.addresses.push(address)
    groups.set(peerId.toString(), group)
  }
  return [...groups.values()]
}

function parseSeed(seed: string | Multiaddr): { peerId: PeerId; address: Multiaddr } {
  try {
    const address = multiaddr(seed)
    const components = address.getComponents()
    const last = components.at(-1)
    if (last?.code !== CODE_P2P || last.value === undefined || components.length < 2)
      throw new Error('no /p2p/PEER-ID at its end')
    if (components.some(component => component.code === CODE_P2P_CIRCUIT)) throw new Error('it leads through a relay')
    return { peerId: peerIdFromString(last.value), address }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new InvalidSeedAddressError(`seed address ${JSON.stringify(String(seed))} cannot be used: ${why}`, {
      hint: 'Give the whole address, such as /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…',
      cause
    })
  }
}
