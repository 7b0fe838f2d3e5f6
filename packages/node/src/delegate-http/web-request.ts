import { isIPv6 } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { multiaddr } from '@multiformats/multiaddr'
import { ipKey } from '../libp2p/ip-key.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { HttpCaller } from '@waystone/delegate'

/** Where relative paths start; the name a client used is of no importance. */
const BASE = 'http://delegate.invalid'

/**
 * A request in the form that handlers take which run anywhere.
 *
 * @param signal - ends when nobody waits for the answer any more
 * @throws TypeError - when its URL or method is none
 */
export function webRequest(request: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', url = '/' } = request
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]]
  )
  const body = method === 'PUT' ? { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' as const } : {}
  // a path that begins with two slashes is still a path
  const path = url.startsWith('/') ? `${BASE}${url}` : url
  return new Request(path, { method, headers, signal, ...body })
}

/** Who is at the other end of the socket; a proxy in front is one caller. */
export function callerOf({ socket }: IncomingMessage): HttpCaller {
  const address = addressOf(socket.remoteAddress)
  if (address === undefined) return { key: 'unknown' }
  return { address, key: ipKey(address) ?? 'unknown' }
}

export async function sendResponse(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  if (answer.body === null) return void response.end()
  await pipeline(Readable.fromWeb(answer.body), response)
}

function addressOf(remote: string | undefined): Multiaddr | undefined {
  const ip = remote?.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/, '')
  return ip === undefined ? undefined : multiaddr(`/${isIPv6(ip) ? 'ip6' : 'ip4'}/${ip}`)
}
