import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Under which names a server answers. */
export interface ServerNames {
  /** Host names in lower case, IPv6 addresses in brackets; `any` where no browser can come: a unix socket. */
  hosts: ReadonlySet<string> | 'any'
  scheme: 'http' | 'https'
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']
const PORT = /:\d{1,5}$/

/** The names of a server: loopback's, those given, and that under which this request arrived. */
export function namesOf(given: readonly string[], localAddress: string | undefined): ReadonlySet<string> {
  const arrived = localAddress === undefined ? [] : [inUrl(localAddress)]
  return new Set([...LOOPBACK_NAMES, ...given.map(inUrl), ...arrived].map(name => name.toLowerCase()))
}

/** A host as it stands in a URL: an IPv6 address in brackets. */
export function inUrl(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  return plain.includes(':') ? `[${plain}]` : plain
}

/**
 * Why a request must not be answered, if it must not: a web page in a browser
 * on this machine can send requests here too. Under a name of its own (DNS
 * rebinding) its Host header gives it away, otherwise Origin or Sec-Fetch-Site.
 */
export function foreignBecause(headers: IncomingHttpHeaders, { hosts, scheme }: ServerNames): string | undefined {
  const { host, origin, 'sec-fetch-site': site } = headers
  if (hosts !== 'any' && (host === undefined || !hosts.has(hostName(host)))) {
    return 'its Host header is no name of this server'
  }
  if (origin !== undefined && origin.toLowerCase() !== `${scheme}://${host?.toLowerCase()}`) {
    return 'a web page of another origin sent it'
  }
  // typed in by the user, or by a page of this server itself
  if (site !== undefined && site !== 'none' && site !== 'same-origin') return 'a web page of another site sent it'
  return undefined
}

function hostName(header: string): string {
  return header.toLowerCase().replace(PORT, '')
}

/** Whether an Authorization header holds the token. Takes the same time for every wrong one. */
export function holdsToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? ''
  return timingSafeEqual(digest(given), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
