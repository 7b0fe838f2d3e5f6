import { multiaddr } from '@multiformats/multiaddr'
import { abortable, createDeadline } from '@waystone/kit'
import {
  BOOTSTRAP,
  DIAL_AGAIN_MS,
  DIAL_TIMEOUT_MS,
  ENOUGH_PEERS,
  FIRST_ANSWERING,
  FIRST_DIAL_CAPS,
  MAX_FIRST_DIALS,
  PARALLEL_DIALS
} from './constants.ts'
import { chooseSpread } from './rank.ts'
import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { GoodPeerRow } from './good-peer-row.ts'
import type { GoodPeerBook } from './good-peers.ts'
import type { Parts } from './parts.ts'

export interface FirstDialsInit {
  book: GoodPeerBook
  isBlocked: (peer: PeerId) => boolean
  /** How long it may take, in milliseconds. */
  startMs: number
}

interface DialAllInit {
  signal: AbortSignal
  enough: () => void
}

interface DialOnceInit extends DialAllInit {
  isFirst: boolean
}

/** Starts a node from the peers that were good to it. */
export class FirstDials {
  readonly #parts: Parts
  readonly #init: FirstDialsInit
  readonly #controller = new AbortController()
  #settled: Promise<void> | undefined
  #isSettled = false
  #dialling: Promise<void> = Promise.resolve()

  constructor(parts: Parts, init: FirstDialsInit) {
    this.#parts = parts
    this.#init = init
  }

  /** Resolves when enough have answered, all have been tried, or time is up. */
  async settled({ signal }: AbortOptions = {}): Promise<void> {
    this.#settled ??= this.#begin().finally(() => (this.#isSettled = true))
    await (signal === undefined ? this.#settled : abortable(this.#settled, signal))
  }

  isEnough(): boolean {
    let [good, answers] = [0, false]
    // often asked: good peers are few, connections may be thousands
    for (const row of this.#init.book.all()) {
      if (!this.#isConnected(row) || !this.#isUsable(row)) continue
      good++
      answers ||= row.answers
      if (good >= ENOUGH_PEERS && answers) return true
    }
    return false
  }

  /** Also while it is not known yet whether enough of them answer. */
  isSparing(): boolean {
    if (this.isEnough()) return true
    return !this.#isSettled && this.usable().length >= ENOUGH_PEERS
  }

  /** Good peers that a start may begin with. */
  usable(): GoodPeerRow[] {
    return this.#init.book.all().filter(row => this.#isUsable(row))
  }

  async stop(): Promise<void> {
    this.#controller.abort()
    await this.#dialling
  }

  async #begin(): Promise<void> {
    const { clock, counts } = this.#parts
    const chosen = this.#choice()
    if (chosen.length === 0) return counts.count('start', 'none_known')
    const ending = new AbortController()
    const { startMs: ms } = this.#init
    using deadline = createDeadline({ ms, what: 'starting', signal: this.#controller.signal, clock })
    deadline.signal.addEventListener('abort', () => ending.abort(), { once: true })
    const enough = Promise.withResolvers<void>()
    // dials that have begun go on when time is up, who answers late is a peer all the same; but no other begins
    this.#dialling = this.#dialAll(chosen, { signal: ending.signal, enough: enough.resolve })
    await abortable(Promise.race([enough.promise, this.#dialling]), ending.signal).catch(() => undefined)
    ending.abort()
    counts.count('start', this.isEnough() ? 'good_peers' : 'too_few')
  }

  /** Again and again while there is time: where a whole network restarts, some are only coming up. */
  async #dialAll(chosen: readonly GoodPeerRow[], { signal, enough }: DialAllInit): Promise<void> {
    for (let isFirst = true; ; isFirst = false) {
      await this.#dialOnce(chosen, { signal, enough, isFirst })
      if (signal.aborted || this.isEnough() || chosen.length < ENOUGH_PEERS) return
      await this.#parts.clock.sleep(DIAL_AGAIN_MS, { signal }).catch(() => undefined)
    }
  }

  async #dialOnce(chosen: readonly GoodPeerRow[], { signal, enough, isFirst }: DialOnceInit): Promise<void> {
    const queue = chosen.filter(row => !this.#isConnected(row))
    const work = async (): Promise<void> => {
      for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
        if (signal.aborted || this.isEnough()) return
        await this.#dial(row, isFirst)
        if (this.isEnough()) enough()
      }
    }
    await Promise.all(Array.from({ length: PARALLEL_DIALS }, work))
    if (this.isEnough()) enough()
  }

  async #dial({ id, peer, addresses }: GoodPeerRow, isFirst: boolean): Promise<void> {
    const { clock, connectionManager, counts, log } = this.#parts
    const { signal } = this.#controller
    using deadline = createDeadline({ ms: DIAL_TIMEOUT_MS, what: 'dialling a good peer', signal, clock })
    try {
      const targets = addresses.map(text => multiaddr(text).encapsulate(`/p2p/${id}`))
      await connectionManager.openConnection(targets, { signal: deadline.signal })
      counts.count('first_dials', 'reached')
    } catch (error) {
      if (this.#controller.signal.aborted || !isFirst) return
      counts.count('first_dials', 'failed')
      log('good peer %p did not answer - %e', peer, error)
      this.#init.book.failed(id)
    }
  }

  /** First some that can be asked in the DHT: others alone are not enough. */
  #choice(): GoodPeerRow[] {
    const { clock, random, private: exemptPrivate } = this.#parts
    const rows = this.usable().filter(row => !this.#isConnected(row))
    const caps = { ...FIRST_DIAL_CAPS, exemptPrivate }
    const chosen = chooseSpread(rows, { now: clock.now(), max: rows.length, caps, random })
    const first = chosen.filter(({ answers }) => answers).slice(0, FIRST_ANSWERING)
    return [...new Set([...first, ...chosen])].slice(0, MAX_FIRST_DIALS)
  }

  // seeds are spared, and asked for themselves if these are not enough
  #isUsable({ peer }: GoodPeerRow): boolean {
    return !this.#init.isBlocked(peer) && !this.#isSeed(peer)
  }

  #isSeed(peer: PeerId): boolean {
    const { trust } = this.#parts
    return trust.levelOf(peer) !== 'none' && trust.explain({ peer }, BOOTSTRAP).allow
  }

  #isConnected({ peer }: GoodPeerRow): boolean {
    const connections = this.#parts.connectionManager.getConnections(peer)
    return connections.some(({ status, limits }) => status === 'open' && limits === undefined)
  }
}
