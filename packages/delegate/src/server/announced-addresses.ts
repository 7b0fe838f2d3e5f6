import { isPrivate } from '@libp2p/utils'
import { CODE_IP4, CODE_IP6, CODE_P2P, CODE_P2P_CIRCUIT } from '@multiformats/multiaddr'
import { readAddresses } from '../peer-addresses.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface AnnouncedInit {
  caller: PeerId
  /** Where the caller's connection comes from. */
  remote: Multiaddr
  /** This node, and where it is reached. */
  self: PeerId
  own: readonly Multiaddr[]
}

/**
 * Of the addresses that a caller announces those which others may be told:
 * direct ones at the IP that it calls from, and those through a relay. Others
 * would be dialled on the word of somebody who need not be there.
 */
export function announcedAddresses(init: AnnouncedInit, given: readonly string[]): Multiaddr[] {
  return readAddresses(init.caller, given).filter(address => {
    const parts = address.getComponents()
    const circuit = parts.findIndex(({ code }) => code === CODE_P2P_CIRCUIT)
    return circuit === -1 ? isSameIp(address, init.remote) : isRelayed(address, init)
  })
}

function isSameIp(address: Multiaddr, remote: Multiaddr): boolean {
  const ip = ipOf(address)
  const isDirect = !remote.getComponents().some(({ code }) => code === CODE_P2P_CIRCUIT)
  return ip !== undefined && isDirect && ip === ipOf(remote)
}

/** Through this node only as it is really reached, and through others never into a private network. */
function isRelayed(address: Multiaddr, { self, own }: AnnouncedInit): boolean {
  const text = address.toString()
  const relay = address.getComponents().find(({ code }) => code === CODE_P2P)?.value
  if (relay !== self.toString()) return relay !== undefined && !isPrivateHost(address)
  return own.some(one => text.startsWith(`${one.toString().replace(/\/p2p\/[^/]+$/, '')}/p2p/`))
}

function isPrivateHost(address: Multiaddr): boolean {
  return ipOf(address) !== undefined && isPrivate(address)
}

function ipOf(address: Multiaddr): string | undefined {
  const [first] = address.getComponents()
  return first?.code === CODE_IP4 || first?.code === CODE_IP6 ? first.value : undefined
}
