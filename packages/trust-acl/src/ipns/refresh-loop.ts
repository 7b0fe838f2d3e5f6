import { backoffDelay } from '@waystone/kit'
import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { MAX_REFRESH_MS, MIN_TTL_MS, NEW_PEER_PAUSE_MS, REFRESH_BACKOFF } from './constants.ts'
import type { Timer } from '@waystone/interface'
import type { TrustEntry } from '../contract.ts'
import type { EntryFetch } from './entry-fetch.ts'
import type { IpnsBasics, TrustFileEntries } from './parts.ts'

export interface RefreshLoopInit extends IpnsBasics {
  entries: TrustFileEntries
  fetching: EntryFetch
}

/** Keeps the trust file of one entry fresh. */
export class RefreshLoop {
  readonly #pubkey: string
  readonly #init: RefreshLoopInit
  readonly #ending = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #last: Promise<void> = Promise.resolve()
  #failures = 0
  /** Whether a peer came since the last attempt began. */
  #newPeers = false
  #wake: ((withinMs: number) => void) | undefined
  /** Ends the wait for the next attempt, so that it is planned anew. */
  #replan: (() => void) | undefined

  constructor(pubkey: string, init: RefreshLoopInit) {
    this.#pubkey = pubkey
    this.#init = init
  }

  start(): void {
    this.#running = this.#run(this.#ending.signal)
  }

  /** Resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.#ending.abort(new DOMException('the entry is not followed any more', 'AbortError'))
    await this.#running
    await this.#last.catch(() => {})
  }

  /** A peer that serves records may have come: an entry that has nothing yet is tried again soon. */
  peerCame(): void {
    this.#newPeers = true
    if (!this.#hasFile()) this.#wake?.(NEW_PEER_PAUSE_MS)
  }

  /** Fetches now, after an attempt that runs. The next one by itself is planned anew. */
  async fetch(signal: AbortSignal): Promise<void> {
    try {
      await this.#inTurn(signal)
    } finally {
      this.#replan?.()
    }
  }

  async #inTurn(signal: AbortSignal): Promise<void> {
    const turn = this.#last.then(
      async () => await this.#attempt(signal),
      async () => await this.#attempt(signal)
    )
    this.#last = turn
    await turn
  }

  async #run(signal: AbortSignal): Promise<void> {
    const entry = this.#entry()
    if (entry !== undefined) await this.#init.fetching.fetchShipped(entry)
    let delay = this.#untilDue()
    while (!signal.aborted) {
      const due = await this.#wait(delay, signal)
      if (signal.aborted) return
      // the attempt has noted how it went
      if (due) await this.#inTurn(signal).catch(() => {})
      delay = this.#failures === 0 ? this.#untilDue() : this.#afterFailure()
      if (!signal.aborted) await this.#note({ nextTryAt: this.#init.clock.now() + delay })
    }
  }

  async #attempt(outer: AbortSignal): Promise<void> {
    const entry = this.#entry()
    if (entry === undefined || entry.status.state === 'expired') return
    this.#newPeers = false
    const signal = AbortSignal.any([outer, this.#ending.signal])
    try {
      await this.#init.fetching.fetch(entry, { signal })
      this.#failures = 0
    } catch (error) {
      signal.throwIfAborted()
      this.#failures++
      await this.#note({ error: { name: nameOf(error), message: messageOf(error) } })
      throw error
    }
  }

  /** Milliseconds until the file that is in use is not fresh any more; with jitter, so that not all nodes ask at once. */
  #untilDue(): number {
    const entry = this.#entry()
    if (entry?.fetched === undefined || entry.status.via === 'shipped') return 0
    const { clock, random } = this.#init
    const ttl = Math.min(entry.ttl ?? MIN_TTL_MS, MAX_REFRESH_MS)
    const age = clock.now() - entry.fetched
    // fetched in the future: the clock was wrong then, or is now
    const left = age < 0 ? 0 : Math.max(0, ttl - age)
    return Math.trunc(left * (0.9 + 0.1 * random.number()))
  }

  #afterFailure(): number {
    if (this.#newPeers && !this.#hasFile()) return NEW_PEER_PAUSE_MS
    // times in rows are whole
    return Math.trunc(backoffDelay(this.#failures - 1, REFRESH_BACKOFF, this.#init.random.number()))
  }

  /** Clocks jump; timers do not. @returns whether it is time, and not only to be planned anew */
  async #wait(delay: number, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#init
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const due = clock.monotonic() + delay
    const ring = (): void => resolve(true)
    let timer: Timer = clock.setTimeout(ring, delay)
    this.#wake = withinMs => {
      if (due - clock.monotonic() <= withinMs) return
      timer.clear()
      timer = clock.setTimeout(ring, withinMs)
      // further peers do not put it off
      this.#wake = undefined
    }
    this.#replan = () => resolve(false)
    signal.addEventListener('abort', ring, { once: true })
    const isDue = await promise
    signal.removeEventListener('abort', ring)
    timer.clear()
    this.#wake = undefined
    this.#replan = undefined
    return isDue
  }

  #entry(): TrustEntry | undefined {
    return this.#init.entries.entry(this.#pubkey)
  }

  #hasFile(): boolean {
    return this.#entry()?.fetched !== undefined
  }

  async #note(status: Parameters<TrustFileEntries['setStatus']>[1]): Promise<void> {
    // the entry may have been removed in the meantime
    if (this.#entry() === undefined) return
    try {
      await this.#init.entries.setStatus(this.#pubkey, status)
    } catch (error) {
      this.#init.log('the status of %s is not kept - %e', this.#pubkey, error)
    }
  }
}
