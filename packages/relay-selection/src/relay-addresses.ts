import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, CODE_P2P_CIRCUIT, multiaddr } from '@multiformats/multiaddr'
import { InvalidRelayAddressError } from './errors.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** One relay with every address that was given for it. */
export interface RelayAddresses {
  peerId: PeerId
  addresses: Multiaddr[]
}

/**
 * Groups relay addresses by peer id, in the order given and without repeats.
 *
 * @throws InvalidRelayAddressError
 */
export function groupRelayAddresses(relays: ReadonlyArray<string | Multiaddr>): RelayAddresses[] {
  const groups = new Map<string, RelayAddresses>()
  for (const relay of relays) {
    const { peerId, address } = parseRelay(relay)
    const group = groups.get(peerId.toString()) ?? { peerId, addresses: [] }
    if (!group.addresses.some(known => known.equals(address))) group.addresses.push(address)
    groups.set(peerId.toString(), group)
  }
  return [...groups.values()]
}

function parseRelay(relay: string | Multiaddr): { peerId: PeerId; address: Multiaddr } {
  try {
    const address = multiaddr(relay)
    const components = address.getComponents()
    const last = components.at(-1)
    if (last?.code !== CODE_P2P || last.value === undefined || components.length < 2)
      throw new Error('no /p2p/PEER-ID at its end')
    if (components.some(component => component.code === CODE_P2P_CIRCUIT))
      throw new Error('it leads through another relay')
    return { peerId: peerIdFromString(last.value), address }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new InvalidRelayAddressError(`relay address ${JSON.stringify(String(relay))} cannot be used: ${why}`, {
      hint: 'Give the whole address, such as /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…',
      cause
    })
  }
}
