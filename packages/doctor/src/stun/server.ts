import { lookup } from 'node:dns/promises'
import { isIPv4 } from 'node:net'
import { abortable } from '@waystone/kit'
import { STUN_PORT } from './constants.ts'
import { StunServerInvalidError } from './errors.ts'
import type { Endpoint } from './endpoint.ts'

/**
 * Host and port of a STUN URL (RFC 7064), such as `stun:stun.example.org:3478`.
 *
 * @throws StunServerInvalidError
 */
export function parseStunUrl(url: string): { host: string; port: number } {
  if (url.startsWith('stuns:')) throw new StunServerInvalidError(`${url} is not asked over UDP`)
  const match = /^stun:(\[[0-9a-fA-F:.]+\]|[^:/?#\s[\]]+)(?::(\d{1,5}))?(?:\?transport=udp)?$/.exec(url)
  const [, host, portText] = match ?? []
  const port = portText === undefined ? STUN_PORT : Number(portText)
  if (host === undefined || port < 1 || port > 65_535) throw new StunServerInvalidError(`${url} is no STUN URL`)
  return { host: host.replace(/^\[|\]$/g, ''), port }
}

/**
 * Where a STUN server is, over IPv4.
 *
 * @throws StunServerInvalidError
 */
export async function resolveStunServer(url: string, signal: AbortSignal): Promise<Endpoint> {
  const { host, port } = parseStunUrl(url)
  if (isIPv4(host)) return { ip: host, port }
  const found = await abortable(lookup(host, { family: 4 }), signal).catch((cause: unknown) => {
    signal.throwIfAborted()
    throw new StunServerInvalidError(`${host} has no IPv4 address`, { cause })
  })
  return { ip: found.address, port }
}
