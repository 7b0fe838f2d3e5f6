import { multiaddr } from '@multiformats/multiaddr'
import { abortable, createDeadline, Staggered } from '@waystone/kit'
import {
  DIAL_AGAIN_MS,
  DIAL_DELAY_MS,
  DIAL_TIMEOUT_MS,
  ENOUGH_PEERS,
  FIRST_ANSWERING,
  FIRST_DIAL_CAPS,
  MAX_FIRST_DIALS,
  PARALLEL_DIALS,
  PATIENT_STARTS,
  TICK_MS
} from './constants.ts'
import { chooseSpread } from './rank.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { GoodPeerRow } from './good-peer-row.ts'
import type { GoodPeerBook } from './good-peers.ts'
import type { GoodPeersNow } from './good-peers-now.ts'
import type { Parts } from './parts.ts'

export interface FirstDialsInit {
  book: Pick<GoodPeerBook, 'failed'>
  now: GoodPeersNow
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

/** libp2p (3.3.11) tells of it when the transport is connected. */
const HANDSHAKE = 'upgrader:encrypt-outbound-connection'

/** Starts a node from the peers that were good to it. */
export class FirstDials {
  readonly #parts: Parts
  readonly #init: FirstDialsInit
  readonly #controller = new AbortController()
  /** Whose machine has taken a connection, while both shake hands: where a whole network restarts, that takes its time. */
  readonly #greeting = new Set<string>()
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

  /** Also while it is not known yet whether enough of them answer. */
  isSparing(): boolean {
    if (this.#init.now.isEnough()) return true
    return !this.#isSettled && this.#init.now.usable().length >= ENOUGH_PEERS
  }

  async stop(): Promise<void> {
    this.#controller.abort()
    await this.#dialling
  }

  async #begin(): Promise<void> {
    const { counts } = this.#parts
    const chosen = this.#choice()
    if (chosen.length === 0) return counts.count('start', 'none_known')
    const ending = new AbortController()
    const signal = AbortSignal.any([ending.signal, this.#controller.signal])
    const enough = Promise.withResolvers<void>()
    // dials that have begun go on when time is up, who answers late is a peer all the same; but no other begins
    this.#dialling = this.#dialAll(chosen, { signal, enough: enough.resolve })
    await Promise.race([enough.promise, this.#dialling, this.#patience(signal)]).catch(() => undefined)
    ending.abort()
    counts.count('start', this.#init.now.isEnough() ? 'good_peers' : 'too_few')
  }

  async #patience(signal: AbortSignal): Promise<void> {
    for (let starts = 0; starts === 0 || (this.#isPromising() && starts < PATIENT_STARTS); starts++) {
      await this.#sleep(this.#init.startMs, signal)
    }
  }

  /** In ticks, which come late while this process has too much to do: nobody could have answered in that time. */
  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    for (let slept = 0; slept < ms; slept += TICK_MS) {
      await this.#parts.clock.sleep(Math.min(TICK_MS, ms - slept), { signal })
    }
  }

  #isPromising(): boolean {
    return this.#init.now.hasOne() || this.#greeting.size > 0
  }

  /** Again and again while there is time: where a whole network restarts, some are only coming up. */
  async #dialAll(chosen: readonly GoodPeerRow[], { signal, enough }: DialAllInit): Promise<void> {
    for (let isFirst = true; ; isFirst = false) {
      await this.#dialOnce(chosen, { signal, enough, isFirst })
      if (signal.aborted || this.#init.now.isEnough() || !this.#init.now.mayBeEnough(chosen)) return
      await this.#parts.clock.sleep(DIAL_AGAIN_MS, { signal }).catch(() => undefined)
    }
  }

  async #dialOnce(chosen: readonly GoodPeerRow[], { signal, enough, isFirst }: DialOnceInit): Promise<void> {
    const queue = chosen.filter(row => !this.#init.now.isConnected(row))
    const dials = new Staggered({
      next: () => (signal.aborted || this.#init.now.isEnough() ? undefined : queue.shift()),
      work: async (row: GoodPeerRow) => {
        await this.#dial(row, isFirst)
        if (this.#init.now.isEnough()) enough()
      },
      atOnce: () => PARALLEL_DIALS,
      most: MAX_FIRST_DIALS,
      delayMs: DIAL_DELAY_MS,
      clock: this.#parts.clock
    })
    await dials.done()
    if (this.#init.now.isEnough()) enough()
  }

  async #dial({ id, peer, addresses }: GoodPeerRow, isFirst: boolean): Promise<void> {
    const { clock, connectionManager, counts, log } = this.#parts
    const { signal } = this.#controller
    using deadline = createDeadline({ ms: DIAL_TIMEOUT_MS, what: 'dialling a good peer', signal, clock })
    try {
      const targets = addresses.map(text => multiaddr(text).encapsulate(`/p2p/${id}`))
      const onProgress = ({ type }: { type: string }): void => void (type === HANDSHAKE && this.#greeting.add(id))
      await connectionManager.openConnection(targets, { signal: deadline.signal, onProgress })
      counts.count('first_dials', 'reached')
    } catch (error) {
      if (this.#controller.signal.aborted || !isFirst) return
      counts.count('first_dials', 'failed')
      log('good peer %p did not answer - %e', peer, error)
      this.#init.book.failed(id)
    } finally {
      this.#greeting.delete(id)
    }
  }

  /** First some that can be asked in the DHT: others alone are not enough. */
  #choice(): GoodPeerRow[] {
    const { clock, random, private: exemptPrivate } = this.#parts
    const rows = this.#init.now.usable().filter(row => !this.#init.now.isConnected(row))
    const caps = { ...FIRST_DIAL_CAPS, exemptPrivate }
    const chosen = chooseSpread(rows, { now: clock.now(), max: rows.length, caps, random })
    const first = chosen.filter(({ answers }) => answers).slice(0, FIRST_ANSWERING)
    return [...new Set([...first, ...chosen])].slice(0, MAX_FIRST_DIALS)
  }
}
