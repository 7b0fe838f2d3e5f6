import { isIPv4, isIPv6 } from 'node:net'
import { isLoopback } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'

const GROUPS = 8
/** A home or a host gets a /64 and can use every address in it. */
const COUNTED_GROUPS = 4
/** Begins an IPv4 address in the clothes of IPv6 (RFC 4291, section 2.5.5.2). */
const MAPPED_IPV4 = '0:0:0:0:0:ffff:'

/**
 * What connections from this address are counted under: the IPv4 address, or
 * the /64 of an IPv6 address. Undefined for an address without an IP of the
 * other side: through a relay, or in memory.
 */
export function ipKey(address: Multiaddr): string | undefined {
  const components = address.getComponents()
  if (components.some(({ name }) => name === 'p2p-circuit')) return undefined
  const ip = components.find(({ name }) => name === 'ip4' || name === 'ip6')?.value
  return ip === undefined ? undefined : countedPart(ip)
}

/** Whether the other side is on this machine. */
export function isFromLoopback(address: Multiaddr): boolean {
  return isLoopback(address)
}

function countedPart(ip: string): string | undefined {
  if (isIPv4(ip)) return ip
  if (!isIPv6(ip)) return undefined
  const groups = expand(ip)
  return mappedIPv4(groups) ?? `${groups.slice(0, COUNTED_GROUPS).join(':')}::/64`
}

function mappedIPv4(groups: string[]): string | undefined {
  if (!groups.join(':').startsWith(MAPPED_IPV4)) return undefined
  const bytes = groups.slice(-2).flatMap(group => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
  return bytes.join('.')
}

/** The eight groups of an IPv6 address, without leading zeros (RFC 4291, section 2.2). */
function expand(ip: string): string[] {
  const [head = '', tail] = ip.split('::')
  const before = split(head)
  const after = split(tail ?? '')
  const zeros = tail === undefined ? 0 : GROUPS - before.length - after.length
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after].map(group =>
    Number.parseInt(group, 16).toString(16)
  )
}

function split(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
