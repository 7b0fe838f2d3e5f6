import { CODE_IP4, CODE_IP6 } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * What addresses of one network have in common: the /16 of IPv4, the /32 of
 * IPv6. Undefined for an address without an IP, and through a relay.
 */
export function networkOfAddress(address: Multiaddr): string | undefined {
  const components = address.getComponents()
  if (components.some(({ name }) => name === 'p2p-circuit')) return undefined
  const ip = components.find(({ code }) => code === CODE_IP4 || code === CODE_IP6)
  if (ip?.value === undefined) return undefined
  return ip.code === CODE_IP4 ? ip.value.split('.').slice(0, 2).join('.') : firstGroups(ip.value)
}

/** Two groups of 16 bits; `::` stands for zeros. */
function firstGroups(ip: string): string {
  const [head = ''] = ip.split('::')
  const [first = '0', second = '0'] = head.split(':').map(group => (group === '' ? '0' : group))
  return `${first.toLowerCase()}:${second.toLowerCase()}`
}
