import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, CODE_P2P_CIRCUIT, multiaddr } from '@multiformats/multiaddr'
import { WaystoneError } from '@waystone/interface'
import { messageOf } from './error-fields.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** An address of a peer cannot be parsed, leads through a relay, or does not end in /p2p/PEER-ID. */
export class InvalidPeerAddressError extends WaystoneError {
  static override readonly name = 'InvalidPeerAddressError'
}

/** One peer with every address that was given for it. */
export interface PeerAddresses {
  peerId: PeerId
  addresses: Multiaddr[]
}

/**
 * Groups direct addresses by the peer id at their end, in the order given and without repeats.
 *
 * @param what - what the peers are, for the error: `seed`, `relay`
 * @throws InvalidPeerAddressError
 */
export function groupPeerAddresses(given: ReadonlyArray<string | Multiaddr>, what: string): PeerAddresses[] {
  const groups = new Map<string, PeerAddresses>()
  for (const text of given) {
    const { peerId, address } = parse(text, what)
    const group = groups.get(peerId.toString()) ?? { peerId, addresses: [] }
    if (!group.addresses.some(known => known.equals(address))) group.addresses.push(address)
    groups.set(peerId.toString(), group)
  }
  return [...groups.values()]
}

function parse(given: string | Multiaddr, what: string): { peerId: PeerId; address: Multiaddr } {
  try {
    const address = multiaddr(given)
    const components = address.getComponents()
    const last = components.at(-1)
    if (last?.code !== CODE_P2P || last.value === undefined || components.length < 2)
      throw new Error('no /p2p/PEER-ID at its end')
    if (components.some(component => component.code === CODE_P2P_CIRCUIT)) throw new Error('it leads through a relay')
    return { peerId: peerIdFromString(last.value), address }
  } catch (cause) {
    const why = messageOf(cause)
    throw new InvalidPeerAddressError(`${what} address ${JSON.stringify(String(given))} cannot be used: ${why}`, {
      hint: 'Give the whole address, such as /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…',
      cause
    })
  }
}
