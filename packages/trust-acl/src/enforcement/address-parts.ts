import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_IP4, CODE_IP6, CODE_P2P, CODE_P2P_CIRCUIT } from '@multiformats/multiaddr'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * The relays that an address leads through. Every peer before the last
 * `/p2p-circuit` counts: libp2p takes the first one that it finds, and whoever
 * made the address may have put another there.
 */
export function relaysOf(address: Multiaddr): PeerId[] {
  const components = address.getComponents()
  const end = components.findLastIndex(({ code }) => code === CODE_P2P_CIRCUIT)
  const ids = components.slice(0, Math.max(end, 0)).filter(({ code }) => code === CODE_P2P)
  return ids.flatMap(({ value }) => (value === undefined ? [] : [peerIdFromString(value)]))
}

/** The peer at the end of an address, if it names one. */
export function peerOf(address: Multiaddr): PeerId | undefined {
  const last = address.getComponents().findLast(({ code }) => code === CODE_P2P)?.value
  return last === undefined ? undefined : peerIdFromString(last)
}

/** The IP in an address, or all of it where there is none. */
export function hostOf(address: Multiaddr): string {
  const ip = address.getComponents().find(({ code }) => code === CODE_IP4 || code === CODE_IP6)?.value
  return ip ?? address.toString()
}
