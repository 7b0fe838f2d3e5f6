import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, CODE_P2P_CIRCUIT, multiaddr } from '@multiformats/multiaddr'
import { toError } from '@waystone/kit/error-fields'
import { SeedAddressInvalidError } from '../errors.ts'
import { MAX_ADDRESS_LENGTH } from './constants.ts'
import type { PeerId } from '@libp2p/interface'
import type { Component, Multiaddr } from '@multiformats/multiaddr'
import type { FoundSeed } from './source.ts'

/** What an address may begin with. What stands for further addresses is for those to follow who bound how far. */
const PLACES: readonly string[] = ['ip4', 'ip6', 'dns', 'dns4', 'dns6', 'memory']
/** Every machine is there: somebody else's word for it means this one. */
const NOWHERE: readonly string[] = ['0.0.0.0', '::']

/**
 * Reads a direct multiaddr, with or without a peer id, or an IP with or without a port.
 *
 * @param port - TCP port of an IP without one
 * @throws SeedAddressInvalidError
 */
export function readSeed(text: string, port: number): FoundSeed {
  try {
    if (text.length > MAX_ADDRESS_LENGTH) throw new Error('it is too long')
    return splitSeed(multiaddr(text.startsWith('/') ? text : fromIp(text, port)))
  } catch (cause) {
    throw new SeedAddressInvalidError(text, cause)
  }
}

/** The same of one address among others: nothing if it cannot be dialled, and why is noted. */
export function readUsable(text: string, port: number, faults: Error[]): FoundSeed[] {
  try {
    return [readSeed(text, port)]
  } catch (error) {
    faults.push(toError(error))
    return []
  }
}

/** @throws Error - it is not to be dialled */
export function splitSeed(address: Multiaddr): FoundSeed {
  const components = address.getComponents()
  const last = components.at(-1)
  const peer = last?.code === CODE_P2P && last.value !== undefined ? peerIdFromString(last.value) : undefined
  const place = peer === undefined ? components : components.slice(0, -1)
  assertPlace(place)
  return { address: multiaddr(place), ...(peer !== undefined && { peer }) }
}

function assertPlace(components: readonly Component[]): void {
  const [first, second] = components
  if (first === undefined || !PLACES.includes(first.name)) throw new Error('it says no place')
  if (components.some(({ code }) => code === CODE_P2P || code === CODE_P2P_CIRCUIT)) throw new Error('it is not direct')
  if (NOWHERE.includes(first.value ?? '') || second?.value === '0') throw new Error('nobody is there')
}

function fromIp(text: string, port: number): string {
  // looks ahead for the two colons of IPv6: with both of them among what may be anything it would try every pair
  const [, bracketed, ip6, ip4, given] =
    /^(?:\[([0-9a-f:.]+)\]|(?=[^:]*:[^:]*:)([0-9a-f:.]+)|([0-9.]+))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const six = bracketed ?? ip6
  if (six === undefined && ip4 === undefined) throw new Error('it is neither a multiaddr nor an IP')
  return `${six === undefined ? `/ip4/${ip4}` : `/ip6/${six}`}/tcp/${given ?? port}`
}

/** The address with the peer id at its end. */
export function withPeer(address: Multiaddr, peer: PeerId | undefined): Multiaddr {
  return peer === undefined ? address : address.encapsulate(`/p2p/${peer.toString()}`)
}
