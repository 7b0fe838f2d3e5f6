import { createContextKey } from '@connectrpc/connect'
import { pathOf } from '@waystone/kit'
import type { Connection, ConnectionLimits, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { ConnectionRoute } from '@waystone/kit'

/** A peer that calls, as its authenticated connection shows it: nothing of this is taken from a message. */
export interface PeerCaller {
  kind: 'peer'
  peer: PeerId
  remoteAddress: Multiaddr
  /** Of a relayed connection: seconds and bytes that are left. */
  limits: ConnectionLimits | undefined
  route: ConnectionRoute
}

/** The operator, who holds the admin token; the call came over HTTP on this machine or over TLS. */
export interface OperatorCaller {
  kind: 'operator'
  /** IP address or path of the socket. */
  remoteAddress: string
}

export type Caller = PeerCaller | OperatorCaller

/**
 * Who calls: `context.values.get(callerKey)` in a handler or an interceptor.
 * Undefined only where a handler is mounted on HTTP without saying who calls.
 */
export const callerKey = createContextKey<Caller | undefined>(undefined, { description: 'who calls' })

export function peerCaller(connection: Connection): PeerCaller {
  return {
    kind: 'peer',
    peer: connection.remotePeer,
    remoteAddress: connection.remoteAddr,
    limits: connection.limits,
    route: pathOf(connection)
  }
}
