import { createContextKey } from '@connectrpc/connect'
import { pathOf } from '@waystone/kit'
import type { Connection, ConnectionLimits, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { ConnectionRoute } from '@waystone/kit'

/** A peer that calls, as its authenticated connection shows it: nothing of this is taken from a message. */
export interface PeerCaller {
  readonly kind: 'peer'
  readonly peer: PeerId
  readonly remoteAddress: Multiaddr
  /** Of a relayed connection: seconds and bytes that are left. */
  readonly limits: ConnectionLimits | undefined
  readonly route: ConnectionRoute
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

/** Read when asked for: most handlers never do, and a call is short. */
class ConnectedCaller implements PeerCaller {
  readonly kind = 'peer'
  readonly #connection: Connection
  #route: ConnectionRoute | undefined

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get peer(): PeerId {
    return this.#connection.remotePeer
  }

  get remoteAddress(): Multiaddr {
    return this.#connection.remoteAddr
  }

  get limits(): ConnectionLimits | undefined {
    return this.#connection.limits
  }

  get route(): ConnectionRoute {
    return (this.#route ??= pathOf(this.#connection))
  }
}

export function peerCaller(connection: Connection): PeerCaller {
  return new ConnectedCaller(connection)
}
