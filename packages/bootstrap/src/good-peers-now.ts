import { BOOTSTRAP, ENOUGH_PEERS, FIRST_ANSWERING, STOCKED } from './constants.ts'
import type { PeerId } from '@libp2p/interface'
import type { GoodPeerRow } from './good-peer-row.ts'
import type { GoodPeerBook } from './good-peers.ts'
import type { Parts } from './parts.ts'

export interface GoodPeersNowInit {
  book: Pick<GoodPeerBook, 'all'>
  isBlocked: (peer: PeerId) => boolean
}

/** Which of the good peers are here at this moment, and which might be. */
export class GoodPeersNow {
  readonly #parts: Pick<Parts, 'connectionManager' | 'trust'>
  readonly #init: GoodPeersNowInit

  constructor(parts: Pick<Parts, 'connectionManager' | 'trust'>, init: GoodPeersNowInit) {
    this.#parts = parts
    this.#init = init
  }

  /** Whether so many are connected, one of which can be asked in the DHT, that no seed has to be. */
  isEnough(): boolean {
    let [good, answers] = [0, false]
    for (const row of this.#reached()) {
      good++
      answers ||= row.answers
      if (good >= ENOUGH_PEERS && answers) return true
    }
    return false
  }

  /** Whether dialling these may make them enough. */
  mayBeEnough(rows: readonly GoodPeerRow[]): boolean {
    return this.usable().length >= ENOUGH_PEERS && !rows.every(row => this.isConnected(row))
  }

  /** Whether one is connected that can be asked for others. */
  hasOne(): boolean {
    for (const { answers } of this.#reached()) if (answers) return true
    return false
  }

  /** Whether a start can do without some of those that are known, also of those that can be asked. */
  isStocked(): boolean {
    const rows = this.usable()
    return rows.length >= STOCKED && rows.filter(({ answers }) => answers).length >= FIRST_ANSWERING
  }

  /** Those that a start may begin with. Seeds are spared, and asked for themselves if these are not enough. */
  usable(): GoodPeerRow[] {
    return this.#init.book.all().filter(row => this.#isUsable(row))
  }

  isConnected({ peer }: GoodPeerRow): boolean {
    const connections = this.#parts.connectionManager.getConnections(peer)
    return connections.some(({ status, limits }) => status === 'open' && limits === undefined)
  }

  // often gone through: good peers are few, connections may be thousands
  *#reached(): Generator<GoodPeerRow> {
    for (const row of this.#init.book.all()) if (this.isConnected(row) && this.#isUsable(row)) yield row
  }

  #isUsable({ peer }: GoodPeerRow): boolean {
    return !this.#init.isBlocked(peer) && !this.#isSeed(peer)
  }

  #isSeed(peer: PeerId): boolean {
    const { trust } = this.#parts
    return trust.levelOf(peer) !== 'none' && trust.explain({ peer }, BOOTSTRAP).allow
  }
}
