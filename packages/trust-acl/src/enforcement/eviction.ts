import { endDeniedSymbol } from '@waystone/interface'
import { nextTurn } from '@waystone/kit'
import type { Connection, PeerId } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { EndsDeniedWork, NodeTrust } from '@waystone/interface'
import type { AuditSink } from '../contract.ts'
import type { Enforcement } from './enforcement.ts'
import type { TrustDeniedError } from './errors.ts'

/** What ended because it is not allowed any longer. */
export interface Evicted {
  connections: number
  /** Streams, calls and tunnels of connections that stay, and reservations. */
  streams: number
}

/** By peer. */
interface GivenReservations {
  keys(): Iterable<PeerId>
  delete(peer: PeerId): unknown
}

export interface EvictionInit {
  enforcement: Enforcement
  trust: Pick<NodeTrust, 'explain'>
  connectionManager: Pick<ConnectionManager, 'getConnections'>
  /** That the relay service gave, where there is one. Those that this node holds are relay-selection's. */
  reservations?: (() => GivenReservations | undefined) | undefined
  /** Services with work under functions of their own. */
  workers?: (() => readonly EndsDeniedWork[]) | undefined
  audit?: Pick<AuditSink, 'add'> | undefined
}

/** Connections that are looked at before others have their turn: less than a millisecond. */
const CONNECTIONS_A_TURN = 100

/** Ends exactly what is no longer allowed. */
export class Eviction {
  readonly #init: EvictionInit

  constructor(init: EvictionInit) {
    this.#init = init
  }

  /** Looks at everything that is open, once. Whatever opens meanwhile was asked about already. */
  async run(): Promise<Evicted> {
    const evicted = { connections: 0, streams: this.#endReservations() + this.#endWork() }
    let looked = 0
    for (const connection of this.#init.connectionManager.getConnections()) {
      if (++looked % CONNECTIONS_A_TURN === 0) await nextTurn()
      if (this.#endConnection(connection)) evicted.connections++
      else evicted.streams += this.#endStreams(connection)
    }
    return evicted
  }

  #endConnection(connection: Connection): boolean {
    if (connection.status !== 'open') return false
    const denial = this.#init.enforcement.connectionDenial(connection)
    if (denial === undefined) return false
    connection.abort(denial)
    this.#tell(connection.remotePeer, denial, 'the connection')
    return true
  }

  #endStreams({ remotePeer, streams }: Connection): number {
    let ended = 0
    // a stream that ends leaves the list at once
    for (const stream of streams.slice()) {
      // one that we closed may still bring data
      if ((stream.status !== 'open' && stream.status !== 'closing') || stream.protocol === '') continue
      const denial = this.#init.enforcement.streamDenial(stream, remotePeer)
      if (denial === undefined) continue
      stream.abort(denial)
      this.#tell(remotePeer, denial, `a stream of ${stream.protocol}`)
      ended++
    }
    return ended
  }

  /** The circuits of those who lose theirs are streams, and end as such. */
  #endReservations(): number {
    const given = this.#init.reservations?.()
    const lost = [...(given?.keys() ?? [])].filter(peer => !this.#isAllowed(peer, 'offer-relay'))
    for (const peer of lost) {
      given?.delete(peer)
      this.#add(peer, 'offer-relay', 'its reservation ended')
    }
    return lost.length
  }

  #endWork(): number {
    const ended = (this.#init.workers?.() ?? []).flatMap(worker => worker[endDeniedSymbol](this.#isAllowed))
    for (const { peer, trustFunction } of ended) this.#add(peer, trustFunction, 'its work ended')
    return ended.length
  }

  readonly #isAllowed = (peer: PeerId, trustFunction: string): boolean =>
    this.#init.trust.explain({ peer }, trustFunction).allow

  #tell(peer: PeerId, { trustFunction, reason }: TrustDeniedError, what: string): void {
    this.#add(peer, trustFunction, `${what} ended: ${reason}`)
  }

  #add(peer: PeerId, trustFunction: string, reason: string): void {
    this.#init.audit?.add({ kind: 'closed', subject: peer.toString(), function: trustFunction, reason })
  }
}
