import { isIP } from 'node:net'
import { TunnelAddressInvalidError, TunnelNameInvalidError } from './errors.ts'

/** Where a socket connects to or listens, as `node:net` takes it. */
export type SocketAddress = { host: string; port: number } | { path: string }

const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/
const UNIX = 'unix:'
const MAX_PORT = 65_535
/** What the kernel takes for a unix socket, in bytes, less the zero byte at the end (macOS has the least). */
const MAX_PATH_BYTES = 103

export function isTunnelName(name: string): boolean {
  return NAME.test(name)
}

/** @throws TunnelNameInvalidError */
export function assertTunnelName(name: string): void {
  if (!isTunnelName(name)) throw new TunnelNameInvalidError(name)
}

/**
 * Where an exposed name leads: `host:port` or `unix:/path`.
 *
 * @throws TunnelAddressInvalidError
 */
export function parseTarget(text: string): SocketAddress {
  if (text.startsWith(UNIX)) return unixAddress(text)
  const address = hostAndPort(text)
  if (address !== undefined && address.port > 0) return address
  throw invalid(text, 'write a target as host:port, [IPv6]:port or unix:/path')
}

/**
 * Where to listen: `port` on loopback, `address:port`, or `unix:/path`. Port 0
 * takes a free one. Other machines reach it only if an address of this machine
 * was written out: a host name could mean one tomorrow.
 *
 * @throws TunnelAddressInvalidError
 */
export function parseLocal(text: string): SocketAddress {
  if (text.startsWith(UNIX)) return unixAddress(text)
  const port = portOf(text)
  if (port !== undefined) return { host: '127.0.0.1', port }
  const address = hostAndPort(text)
  if (address?.host === 'localhost') return { host: '127.0.0.1', port: address.port }
  if (address !== undefined && isIP(address.host) > 0) return address
  throw invalid(text, 'write port, 127.0.0.1:port or unix:/path; for other machines the IP address, such as 0.0.0.0:80')
}

/** As {@link parseLocal} reads it. */
export function formatAddress(address: SocketAddress): string {
  if ('path' in address) return `${UNIX}${address.path}`
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

function unixAddress(text: string): SocketAddress {
  const path = text.slice(UNIX.length)
  const fits = Buffer.byteLength(path) <= MAX_PATH_BYTES && !path.includes('\0')
  if (path.startsWith('/') && fits) return { path }
  throw invalid(text, `write the whole path after unix:, at most ${MAX_PATH_BYTES} bytes`)
}

function hostAndPort(text: string): { host: string; port: number } | undefined {
  const [, six, four, digits = ''] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+)):(\d+)$/.exec(text) ?? []
  const host = six ?? four
  const port = portOf(digits)
  if (host === undefined || port === undefined) return undefined
  return six === undefined || isIP(six) === 6 ? { host, port } : undefined
}

function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN
  return port <= MAX_PORT ? port : undefined
}

function invalid(text: string, hint: string): TunnelAddressInvalidError {
  return new TunnelAddressInvalidError(`${JSON.stringify(text.slice(0, 200))} is no address of a tunnel`, { hint })
}
