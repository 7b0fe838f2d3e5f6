import { multiaddr } from '@multiformats/multiaddr'
import { tcpTarget } from '../checks/dial-target.ts'
import type { BrowserAddress, OwnAddress } from '../observation.ts'
import type { TlsTarget } from './tls-probe.ts'

/** How a browser would dial an address; nothing if it has no transport for it. */
export function browserWay(address: string): BrowserAddress['way'] | undefined {
  const parts = address.split('/')
  // without its hash a browser cannot know the certificate
  if (parts.includes('webrtc-direct')) return parts.includes('certhash') ? 'webrtc-direct' : undefined
  if (parts.includes('webrtc')) return 'webrtc'
  if (parts.includes('p2p-circuit')) return undefined
  if (parts.includes('wss') || (parts.includes('tls') && parts.includes('ws'))) return 'wss'
  return parts.includes('ws') ? 'ws' : undefined
}

/** The addresses of a node that browsers have a transport for. */
export function browserAddresses(own: readonly OwnAddress[]): BrowserAddress[] {
  return own.flatMap(({ address, reachability }) => {
    const way = browserWay(address)
    return way === undefined ? [] : [{ address, way, reachability }]
  })
}

/**
 * Where the TLS handshake of a secure WebSocket goes. The name is that of `sni`,
 * as in `/ip4/…/tls/sni/192-0-2-1.example.libp2p.direct/ws`, or else the host.
 */
export function tlsTarget(address: string): TlsTarget | undefined {
  const target = tcpTarget(address)
  if (target === undefined) return undefined
  const sni = multiaddr(address)
    .getComponents()
    .find(({ name }) => name === 'sni')?.value
  return { host: target.host, port: target.port, name: sni ?? target.host }
}
