import { LOOK_AGAIN_MS, MEETING_MS } from './constants.ts'
import { networkOf, withoutPeer } from './network.ts'
import type { Connection, IdentifyResult, PeerId } from '@libp2p/interface'
import type { Timer } from '@waystone/interface'
import type { GoodPeerBook } from './good-peers.ts'
import type { Parts } from './parts.ts'

/** How often connections that last are looked at again, in milliseconds. */
const REVIEW_MS = MEETING_MS

export interface ObserverInit {
  book: GoodPeerBook
  goodAfterMs: number
  dhtProtocol: string | undefined
  isBlocked: (peer: PeerId) => boolean
}

/** Learns good peers from the connections that this node opens anyway. */
export class Observer {
  readonly #parts: Parts
  readonly #init: ObserverInit
  readonly #timers = new Map<string, Timer>()
  #review: Timer | undefined
  #isRunning = false

  constructor(parts: Parts, init: ObserverInit) {
    this.#parts = parts
    this.#init = init
  }

  start(): void {
    const { events } = this.#parts
    this.#isRunning = true
    events.addEventListener('connection:open', this.#onOpen)
    events.addEventListener('connection:close', this.#onClose)
    events.addEventListener('peer:identify', this.#onIdentify)
    this.#reviewLater()
  }

  stop(): void {
    const { events } = this.#parts
    this.#isRunning = false
    events.removeEventListener('connection:open', this.#onOpen)
    events.removeEventListener('connection:close', this.#onClose)
    events.removeEventListener('peer:identify', this.#onIdentify)
    for (const timer of this.#timers.values()) timer.clear()
    this.#timers.clear()
    this.#review?.clear()
  }

  readonly #onOpen = ({ detail: connection }: CustomEvent<Connection>): void => {
    if (isOwnDial(connection)) this.#lookLater(connection, this.#init.goodAfterMs)
  }

  #lookLater(connection: Connection, ms: number): void {
    const look = (): void => {
      this.#timers.delete(connection.id)
      this.#lookSoon(connection)
    }
    this.#timers.get(connection.id)?.clear()
    this.#timers.set(connection.id, this.#parts.clock.setTimeout(look, ms))
  }

  readonly #onClose = ({ detail: { id } }: CustomEvent<Connection>): void => {
    this.#timers.get(id)?.clear()
    this.#timers.delete(id)
  }

  // one that took its time to say who it is
  readonly #onIdentify = ({ detail: { connection } }: CustomEvent<IdentifyResult>): void => {
    if (isOwnDial(connection) && !this.#timers.has(connection.id)) this.#lookSoon(connection)
  }

  // a connection of a month would be forgotten before it ends
  #reviewLater(): void {
    this.#review = this.#parts.clock.setTimeout(() => {
      for (const connection of this.#parts.connectionManager.getConnections()) {
        if (isOwnDial(connection) && !this.#timers.has(connection.id)) this.#lookSoon(connection)
      }
      this.#reviewLater()
    }, REVIEW_MS)
  }

  #lookSoon(connection: Connection): void {
    const { log } = this.#parts
    this.#look(connection).catch((error: unknown) => log('%p is not remembered - %e', connection.remotePeer, error))
  }

  async #look(connection: Connection): Promise<void> {
    const { book, dhtProtocol, isBlocked } = this.#init
    const { remotePeer: peer, remoteAddr } = connection
    if (connection.status !== 'open' || isBlocked(peer)) return
    const { protocols } = await this.#parts.peerStore.get(peer)
    // one that never said who it is may be anything; identify may have failed, and be tried on another connection
    if (protocols.length === 0) return this.#isRunning ? this.#lookLater(connection, LOOK_AGAIN_MS) : undefined
    const answers = dhtProtocol === undefined || protocols.includes(dhtProtocol)
    book.met({ peer, address: withoutPeer(remoteAddr).toString(), answers })
  }
}

function isOwnDial({ direction, limits, remoteAddr }: Connection): boolean {
  return direction === 'outbound' && limits === undefined && networkOf(remoteAddr) !== undefined
}
