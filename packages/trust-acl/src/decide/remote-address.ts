import { multiaddr } from '@multiformats/multiaddr'
import { networkText, parseIp } from '../rules/ip.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** An address of a peer, as it can be compared. */
export interface RemoteAddress {
  /** Without the peer id, DNS names in one form. */
  readonly text: string
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
  const names = parts.map(({ name }) => name)
  const relayed = names.includes('p2p-circuit')
  const first = parts.find(({ name }) => name !== 'ip6zone')
  const isIp = first?.name === 'ip4' || first?.name === 'ip6'
  return {
    text: plainText(whole),
    ip: isIp && !relayed ? plainIp(first.value ?? '') : undefined,
    relayed,
    unresolved: names.includes('dnsaddr')
  }
}

/** The same text for each way to write it, IPv4 in IPv6 included. */
function plainIp(text: string): string {
  const ip = parseIp(text)
  return ip === undefined ? text : networkText(ip, ip.bits)
}

/** Names in small letters without the last dot, whatever kind of IP they are resolved to; wss is TLS and ws. */
function plainText(address: Multiaddr): string {
  const text = address
    .toString()
    .replace(/\/p2p\/[^/]+$/, '')
    .replace(/\/wss(?=\/|$)/, '/tls/ws')
  return text.replaceAll(
    /\/(dns|dns4|dns6|dnsaddr|sni)\/([^/]+)/g,
    (_all, kind: string, name: string) => `/${kind.replace(/[46]$/, '')}/${name.toLowerCase().replace(/\.$/, '')}`
  )
}
