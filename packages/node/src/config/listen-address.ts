import { multiaddr } from '@multiformats/multiaddr'
import type { Config } from './schema.ts'

export interface ListenAddress {
  text: string
  /** Which transport listens here; undefined when none of ours can. */
  transport: keyof Config['transports'] | undefined
  /** WebSocket over TLS. */
  secure: boolean
  /** What is bound on the machine; undefined for circuits, WebRTC and memory. */
  socket: Socket | undefined
}

export interface Socket {
  protocol: 'tcp' | 'udp'
  host: string
  /** 0 takes a free one. */
  port: number
}

type Shape = Pick<ListenAddress, 'transport'> & { secure?: boolean }

/** What follows the IP of a listen address, and who listens there. */
const shapes: Record<string, Shape> = {
  tcp: { transport: 'tcp' },
  'tcp/ws': { transport: 'ws' },
  'tcp/tls/ws': { transport: 'ws', secure: true },
  'tcp/wss': { transport: 'ws', secure: true },
  'udp/quic-v1': { transport: 'quic' },
  'udp/webrtc-direct': { transport: 'webrtcDirect' },
  webrtc: { transport: 'webrtc' },
  'p2p-circuit/webrtc': { transport: 'webrtc' },
  memory: { transport: 'memory' }
}

/**
 * What a listen address asks for.
 *
 * @param text - a valid multiaddr
 */
export function readListenAddress(text: string): ListenAddress {
  const parts = multiaddr(text).getComponents()
  const ip = parts.find(({ name }) => name === 'ip4' || name === 'ip6')
  const names = parts.filter(({ name }) => name !== 'ip6zone').map(({ name }) => name)
  const { transport, secure = false } = findShape(ip === undefined ? names : names.slice(1), names)
  const protocol = names[1] === 'udp' ? 'udp' : 'tcp'
  const port = Number(parts.find(({ name }) => name === protocol)?.value)
  const host = transport === undefined ? undefined : ip?.value
  return { text, transport, secure, socket: host === undefined ? undefined : { protocol, host, port } }
}

function findShape(names: string[], all: string[]): Shape {
  if (names.at(-1) === 'p2p-circuit') return { transport: 'circuit' }
  const needsIp = names[0] === 'tcp' || names[0] === 'udp'
  const shape = Object.hasOwn(shapes, names.join('/')) ? shapes[names.join('/')] : undefined
  return shape === undefined || needsIp === (names === all) ? { transport: undefined } : shape
}

/** Whether the machine would refuse to bind both. */
export function overlaps(a: Socket, b: Socket): boolean {
  if (a.protocol !== b.protocol || a.port !== b.port || a.port === 0) return false
  if (a.host.includes(':') !== b.host.includes(':')) return false
  return a.host === b.host || isUnspecified(a.host) || isUnspecified(b.host)
}

/** 0.0.0.0 and ::, that is every interface. */
export function isUnspecified(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}
