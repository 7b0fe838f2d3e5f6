import { isIP } from 'node:net'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { z } from 'zod'

/** Begins an endpoint that is a unix socket. */
export const UNIX_PREFIX = 'unix:'

function holds(check: () => unknown): boolean {
  try {
    check()
    return true
  } catch {
    return false
  }
}

function isPeerId(text: string): boolean {
  return holds(() => peerIdFromString(text))
}

/** A multiaddr as text. */
export const address = z.string().refine(text => text.startsWith('/') && holds(() => multiaddr(text)), {
  error: 'must be a multiaddr such as /ip4/203.0.113.7/tcp/4001',
  abort: true
})

/** A multiaddr that ends in the id of the peer behind it. */
export const peerAddress = address.refine(
  text => isPeerId(/\/p2p\/([^/]+)$/.exec(text)?.[1] ?? ''),
  'must end in the peer id, as in /ip4/203.0.113.7/tcp/4001/p2p/12D3Koo…'
)

/** A libp2p peer id as text. */
export const peerId = z.string().refine(text => isPeerId(text), 'must be a peer id such as 12D3KooW…')

/** A libp2p peer id, or a multiaddr that ends in one. */
export const peerName = z
  .string()
  .refine(
    text => (text.startsWith('/') ? peerAddress.safeParse(text).success : isPeerId(text)),
    'must be a peer id such as 12D3KooW…, or a multiaddr that ends in one'
  )

/** Peer ids, or everybody. */
export const grantees = z.union([z.literal('anyone'), z.array(peerId)], {
  error: 'must be a list of peer ids such as 12D3KooW…, or anyone'
})

/** A TCP port; 0 takes a free one. */
export const port = z.int().min(0).max(65_535)

/** Marks the values that are file or folder names, so that `~` and relative ones can be made absolute. */
export const PATH_FORMAT = 'path'
/** Marks the values that are a file if they begin with `unix:`. */
export const ENDPOINT_FORMAT = 'endpoint'
/** Marks the values that are a folder if they begin as a path does, and a package otherwise. */
export const PACKAGE_FORMAT = 'package'

/** An IP or a host name, without a port. */
export const host = z.string().refine(isHost, 'must be an IP or a host name, without a port')

function isHost(text: string): boolean {
  return isIP(text) > 0 || (text.length <= 253 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text))
}

/** Splits `host:port`, `[::1]:port`, and a port alone, which stands for loopback. */
export function readEndpoint(text: string): { host: string; port: number } | undefined {
  const [, bracketed, named, portText] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text) ?? []
  const name = bracketed ?? named ?? '127.0.0.1'
  const isRight = bracketed === undefined ? isHost(name) : isIP(name) === 6
  return isRight && Number(portText) <= 65_535 ? { host: name, port: Number(portText) } : undefined
}

/** Where a TCP service is: `host:port` or `unix:/path`. */
export const target = z
  .string()
  .refine(
    text => isUnixSocket(text) || (text.includes(':') && (readEndpoint(text)?.port ?? 0) > 0),
    'must be host:port such as 127.0.0.1:80, or unix:/path'
  )
  .meta({ format: ENDPOINT_FORMAT })

function isUnixSocket(text: string): boolean {
  return text.startsWith(UNIX_PREFIX) && text.length > UNIX_PREFIX.length
}

const LISTEN_EXPECTED = 'must be host:port, a port such as 8080, or unix:/path'
const listenText = z.string().refine(text => isUnixSocket(text) || readEndpoint(text) !== undefined, LISTEN_EXPECTED)

/** Where to listen: `host:port`, a port on loopback (also as a number), or `unix:/path`; becomes text. */
export const listenEndpoint = z
  .union([listenText, port.transform(String)], { error: LISTEN_EXPECTED })
  .meta({ format: ENDPOINT_FORMAT })

/** A file or folder. `~/` is the home folder; a relative one starts at the file that names it. */
export const path = z.string().min(1).meta({ format: PATH_FORMAT })
