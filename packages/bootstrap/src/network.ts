import { isPrivate } from '@libp2p/utils'
import { CODE_IP4, CODE_IP6, CODE_P2P, CODE_P2P_CIRCUIT, CODE_TCP, CODE_UDP } from '@multiformats/multiaddr'
import type { Component, Multiaddr } from '@multiformats/multiaddr'

/** Where a direct address with a literal IP is. */
export interface Network {
  /** One way to write the IP. */
  readonly ip: string
  /** The /24 of IPv4, the /48 of IPv6. */
  readonly narrow: string
  /** The /16 of IPv4, the /32 of IPv6: what a provider gets. */
  readonly wide: string
  /** On this machine or in a local network. */
  readonly isPrivate: boolean
  /** IP and port: what tells peers of a local network apart. */
  readonly place: string
}

const NARROW = { [CODE_IP4]: 3, [CODE_IP6]: 6 } as const
const WIDE = { [CODE_IP4]: 2, [CODE_IP6]: 4 } as const
/** `::ffff:0:0/96`: IPv4 in the clothes of IPv6 (RFC 4291, section 2.5.5.2). */
const MAPPED = '00000000000000000000ffff'
/** Ways to IPv4 that begin like one network and lead into all: NAT64 (RFC 6052) and 6to4 (RFC 3056). */
const NAT64 = '0064ff9b0000000000000000'
const SIX_TO_FOUR = '2002'

/** Undefined for what is relayed, a name, or no address of an IP. Pure. */
export function networkOf(address: Multiaddr): Network | undefined {
  const parts = partsOf(address)
  const [first] = parts
  if (first === undefined || parts.some(({ code }) => code === CODE_P2P_CIRCUIT)) return undefined
  if (first.code !== CODE_IP4 && first.code !== CODE_IP6) return undefined
  const bytes = first.bytes?.subarray(-(first.code === CODE_IP4 ? 4 : 16))
  if (bytes === undefined) return undefined
  const port = parts.find(({ code }) => code === CODE_TCP || code === CODE_UDP)?.value ?? ''
  const network = networkOfIp(hex(bytes), first.code)
  return { ...network, isPrivate: isPrivate(address), place: `${network.ip}:${port}` }
}

/** The peer's address without its id at the end. */
export function withoutPeer(address: Multiaddr): Multiaddr {
  return address.getComponents().at(-1)?.code === CODE_P2P ? address.decapsulateCode(CODE_P2P) : address
}

// components have their bytes only after those of the whole address were made
function partsOf(address: Multiaddr): Component[] {
  void address.bytes
  return address.getComponents().filter(({ name }) => name !== 'ip6zone')
}

function networkOfIp(ip: string, code: typeof CODE_IP4 | typeof CODE_IP6): Pick<Network, 'ip' | 'narrow' | 'wide'> {
  const inner = code === CODE_IP6 ? innerIPv4(ip) : undefined
  if (inner !== undefined) return networkOfIp(inner, CODE_IP4)
  return { ip, narrow: ip.slice(0, NARROW[code] * 2), wide: ip.slice(0, WIDE[code] * 2) }
}

function innerIPv4(ip: string): string | undefined {
  if (ip.startsWith(MAPPED) || ip.startsWith(NAT64)) return ip.slice(-8)
  return ip.startsWith(SIX_TO_FOUR) ? ip.slice(4, 12) : undefined
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
