import { parseBitswapMessage } from './message.ts'
import type { Connection } from '@libp2p/interface'
import type { NodeTrust, TrustDecision, TrustSubject } from '@waystone/interface'
import type { AskedPeers } from './asked-peers.ts'

/** Of the trust matrix. */
export const BULK_DATA_SYNC = 'bulk-data-sync'

/** What is left of a message. */
export interface OutboundParts {
  readonly message: Uint8Array
  /** Whether blocks of this node, or what it has, are in it. */
  readonly gives: boolean
}

/**
 * The one place where `bulk-data-sync` is enforced for bitswap. It cannot be
 * done by stream: the answer to our own want comes on a stream that the peer opens.
 */
export class Admission {
  readonly #trust: Pick<NodeTrust, 'decide' | 'explain'> | undefined
  readonly asked: AskedPeers

  constructor(asked: AskedPeers, trust?: Pick<NodeTrust, 'decide' | 'explain'>) {
    this.asked = asked
    this.#trust = trust
  }

  /** For a stream that a peer opens: a denial is counted. */
  decide(connection: Connection): TrustDecision {
    if (this.asked.has(connection.remotePeer)) return { allow: true, reason: 'this node asks it for blocks' }
    return this.#trust?.decide(subjectOf(connection), BULK_DATA_SYNC) ?? { allow: true, reason: 'everybody may' }
  }

  /** What of a message the peer may send; undefined if nothing. */
  inbound(connection: Connection, message: Uint8Array): Uint8Array | undefined {
    const { wants, answers } = parseBitswapMessage(message)
    const mayAsk = this.mayAsk(connection)
    const asked = this.asked.has(connection.remotePeer)
    return joined([...(mayAsk ? wants : []), ...(asked ? answers : [])])
  }

  /** What of a message the peer may get; undefined if nothing. */
  outbound(connection: Connection, message: Uint8Array): OutboundParts | undefined {
    const { wants, wanted, answers } = parseBitswapMessage(message)
    if (wanted > 0) this.asked.add(connection.remotePeer)
    const given = this.mayAsk(connection) ? answers : []
    const kept = joined([...wants.filter(isNotEmpty), ...given])
    return kept === undefined ? undefined : { message: kept, gives: given.length > 0 }
  }

  /** Whether the peer has the function now; nothing is counted. */
  mayAsk(connection: Connection): boolean {
    return this.#trust?.explain(subjectOf(connection), BULK_DATA_SYNC).allow ?? true
  }
}

function subjectOf({ remotePeer, remoteAddr }: Connection): TrustSubject {
  return { peer: remotePeer, address: remoteAddr }
}

// the library sends an empty wantlist with every block
function isNotEmpty(wantlist: Uint8Array): boolean {
  return wantlist.byteLength > 4
}

function joined(parts: readonly Uint8Array[]): Uint8Array | undefined {
  return parts.length === 0 ? undefined : new Uint8Array(Buffer.concat(parts))
}
