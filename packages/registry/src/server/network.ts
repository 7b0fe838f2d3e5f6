import { CODE_IP4, CODE_IP6, CODE_P2P_CIRCUIT } from '@multiformats/multiaddr'
import type { Component, Multiaddr } from '@multiformats/multiaddr'

/**
 * What registrations are counted under besides the peer: the IPv4 /24, the IPv6 /48, or the relay that a peer comes
 * through. Undefined on this machine, where everybody behind a reverse proxy comes from.
 */
export function networkOf(address: Multiaddr): string | undefined {
  const components = address.getComponents()
  const ip = components.find(({ code }) => code === CODE_IP4 || code === CODE_IP6)
  const relayed = components.some(({ code }) => code === CODE_P2P_CIRCUIT)
  if (relayed) return `relay ${relayOf(components)}`
  if (ip?.value === undefined) return undefined
  return ip.code === CODE_IP4 ? network4(ip.value) : network6(ip.value)
}

const UNKNOWN = 'unknown'

/** The id before the last `p2p-circuit`. */
function relayOf(components: readonly Component[]): string {
  const circuit = components.findLastIndex(({ code }) => code === CODE_P2P_CIRCUIT)
  return components.slice(0, circuit).findLast(({ name }) => name === 'p2p')?.value ?? UNKNOWN
}

function network4(ip: string): string | undefined {
  const [first = '', second = '', third = ''] = ip.split('.')
  return first === '127' ? undefined : `${first}.${second}.${third}.0/24`
}

const GROUPS = 8
const COUNTED_GROUPS = 3
/** Begins an IPv4 address in the clothes of IPv6 (RFC 4291, section 2.5.5.2). */
const MAPPED = '0:0:0:0:0:ffff'
const LOOPBACK = '0:0:0:0:0:0:0:1'

function network6(ip: string): string | undefined {
  const groups = groupsOf(ip)
  if (groups.join(':') === LOOPBACK) return undefined
  if (groups.slice(0, 6).join(':') === MAPPED) return network4(mapped(groups))
  return `${groups.slice(0, COUNTED_GROUPS).join(':')}::/48`
}

/** The eight groups without leading zeros (RFC 4291, section 2.2). */
function groupsOf(ip: string): string[] {
  const [head = '', tail] = ip.split('::').map(part => (part === '' ? [] : part.split(':')))
  const before = [head].flat()
  const after = tail ?? []
  const zeros = Math.max(0, GROUPS - before.length - after.length)
  const all = tail === undefined ? before : [...before, ...Array.from({ length: zeros }, () => '0'), ...after]
  return all.map(group => Number.parseInt(group, 16).toString(16))
}

function mapped(groups: readonly string[]): string {
  return groups
    .slice(-2)
    .flatMap(group => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff])
    .join('.')
}
