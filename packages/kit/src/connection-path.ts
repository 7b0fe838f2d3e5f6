import type { Connection } from '@libp2p/interface'
import type { PathReason } from '@waystone/interface'

/** What a node knows besides the connection itself. */
export interface PathHints {
  /** Addresses that the peer announces, as text. */
  announced?: string[]
  /** What came of dialling the peer's direct addresses. */
  directDialErrors?: string[]
}

export interface ConnectionRoute extends PathReason {
  /** The transport of this connection, or of its first hop when relayed: `tcp`, `quic`, `webrtc`, … */
  transport: string
  /** Peer id of the relay, when relayed. */
  via?: string
}

// the last protocol of an address that is found here names the transport: ws comes after tcp
const TRANSPORTS: Record<string, string> = {
  tcp: 'tcp',
  ws: 'ws',
  wss: 'wss',
  'quic-v1': 'quic',
  'webrtc-direct': 'webrtc-direct',
  webrtc: 'webrtc',
  webtransport: 'webtransport',
  memory: 'memory'
}

/** What is looked at in a libp2p `Connection`. */
export interface RoutedConnection extends Pick<Connection, 'direct' | 'direction'> {
  remoteAddr: { toString(): string }
}

/** How a connection reaches the other peer, over which transport, and why that way. */
export function pathOf(connection: RoutedConnection, hints: PathHints = {}): ConnectionRoute {
  const { direct, direction, remoteAddr } = connection
  const transport = transportOf(remoteAddr.toString())
  if (direct) {
    const reason =
      direction === 'inbound' ? `the peer dialled this node over ${transport}` : `dialled the peer over ${transport}`
    return { path: 'direct', reason, transport }
  }
  const via = relayOf(remoteAddr.toString())
  return { path: 'relayed', reason: relayedReason(direction, hints), transport, ...(via !== undefined && { via }) }
}

function relayOf(address: string): string | undefined {
  return /\/p2p\/([^/]+)\/p2p-circuit/.exec(address)?.[1]
}

function relayedReason(direction: Connection['direction'], hints: PathHints): string {
  const { announced = [], directDialErrors = [] } = hints
  const [first] = directDialErrors
  if (first !== undefined) return `direct dial to ${countOf(directDialErrors.length, 'address')} failed: ${first}`
  if (announced.length > 0 && announced.every(isRelayed)) return 'the peer announces only relayed addresses'
  return direction === 'inbound' ? 'the peer came through a relay' : 'no direct connection has been made yet'
}

function countOf(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}es`
}

// a webrtc address passes through a relay only for its signals
function isRelayed(address: string): boolean {
  const parts = address.split('/')
  return parts.includes('p2p-circuit') && !parts.includes('webrtc')
}

function transportOf(address: string): string {
  const parts = address.split('/')
  const end = isRelayed(address) ? parts.indexOf('p2p-circuit') : parts.length
  const names = parts.slice(0, end).flatMap(part => TRANSPORTS[part] ?? [])
  const secure = parts.slice(0, end).includes('tls') && names.at(-1) === 'ws'
  return secure ? 'wss' : (names.at(-1) ?? 'unknown')
}
