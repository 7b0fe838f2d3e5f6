import { multiaddr } from '@multiformats/multiaddr'
import { networkText, parseIp } from '../rules/ip.ts'
import type { Component, Multiaddr } from '@multiformats/multiaddr'

/** An address of a peer, as it can be compared. */
export interface RemoteAddress {
  /** Without the peer id; names and IPs in one form. */
  readonly text: string
  /** The same without the hashes of certificates. */
  readonly unpinned: string
  /** The literal IP of a direct address, in a form to be compared. */
  readonly ip: string | undefined
  /** Leads through a relay. */
  readonly relayed: boolean
  /** Stands for addresses that only a resolver knows. */
  readonly unresolved: boolean
}

/** Pure. */
export function readRemote(address: Multiaddr | string): RemoteAddress {
  const whole = typeof address === 'string' ? multiaddr(address) : address
  const parts = whole.getComponents()
  const own = parts.at(-1)?.name === 'p2p' ? parts.slice(0, -1) : parts
  const relayed = parts.some(({ name }) => name === 'p2p-circuit')
  const first = parts.find(({ name }) => name !== 'ip6zone')
  return {
    text: own.map(plainPart).join(''),
    unpinned: own
      .filter(({ name }) => name !== 'certhash')
      .map(plainPart)
      .join(''),
    ip: isIp(first) && !relayed ? plainIp(first.value ?? '') : undefined,
    relayed,
    unresolved: parts.some(({ name }) => name === 'dnsaddr')
  }
}

function isIp(part: Component | undefined): part is Component {
  return part?.name === 'ip4' || part?.name === 'ip6'
}

/** Names in small letters without the last dot, whatever kind of IP they are resolved to; wss is TLS and ws. */
function plainPart(part: Component): string {
  const { name, value } = part
  if (isIp(part)) return `/ip/${plainIp(value ?? '')}`
  if (name === 'wss') return '/tls/ws'
  if (value === undefined) return `/${name}`
  const isName = name.startsWith('dns') || name === 'sni'
  return isName ? `/${name.replace(/[46]$/, '')}/${value.toLowerCase().replace(/\.$/, '')}` : `/${name}/${value}`
}

/** The same text for each way to write it, IPv4 in IPv6 included. */
function plainIp(text: string): string {
  const ip = parseIp(text)
  return ip === undefined ? text : networkText(ip, ip.bits)
}
