import { FINAL_AFTER_MS, MAX_WAIT_MS } from './constants.ts'
import { fileEnd, trustEnd } from './entry.ts'
import type { Clock, Timer } from '@waystone/interface'
import type { Ended, HeldEntry } from './contract.ts'

export interface EndWatchInit {
  clock: Clock
  /** The entries as of now. */
  entries: () => Iterable<HeldEntry>
  /** Entries began or ceased to count because time went on. */
  onChange: (ceased: readonly HeldEntry[]) => void
  /** The clock stood by the end of an entry for so long that it is final. */
  onFinal: (held: HeldEntry, ended: Ended) => void
}

/**
 * Notices when entries end. What ends, ends at once, by the wall clock. As that
 * clock may be wrong, an end is final only after an hour (by the monotonic
 * clock) in which it stayed so: a clock that was a year ahead for a moment kills
 * nothing, and one that is set back later revives nothing. The end of a
 * `blocked` entry is never final, so that a wrong clock lets nobody in for good.
 */
export class EndWatch {
  readonly #init: EndWatchInit
  /** By public key, when an end was seen first, in monotonic milliseconds. */
  readonly #over = new Map<string, number>()
  #timer: Timer | undefined
  #closed = false

  constructor(init: EndWatchInit) {
    this.#init = init
  }

  /** Takes the entries as they are: nothing is reported for what ended before. */
  start(): void {
    this.#compare()
    this.#arm()
  }

  /** To be called when entries changed. */
  refresh(): void {
    const { ceased } = this.#compare()
    this.#arm()
    if (ceased.length > 0) this.#init.onChange(ceased)
  }

  close(): void {
    this.#closed = true
    this.#timer?.clear()
  }

  #tick(): void {
    const { changed, ceased } = this.#compare()
    this.#finalise()
    this.#arm()
    if (changed) this.#init.onChange(ceased)
  }

  /** Takes note of what ended and what did not end after all, since it was called last. */
  #compare(): { changed: boolean; ceased: HeldEntry[] } {
    const { clock, entries } = this.#init
    const [now, since] = [clock.now(), clock.monotonic()]
    const before = new Map(this.#over)
    const ceased: HeldEntry[] = []
    this.#over.clear()
    for (const held of entries()) {
      if (!canEnd(held) || now < endOf(held)) continue
      const { pubkey } = held.entry
      if (!before.has(pubkey)) ceased.push(held)
      this.#over.set(pubkey, before.get(pubkey) ?? since)
      before.delete(pubkey)
    }
    // what is left ended for good, was given anew, or the clock went back
    return { changed: before.size > 0 || ceased.length > 0, ceased }
  }

  #finalise(): void {
    const { clock, entries, onFinal } = this.#init
    const before = clock.monotonic() - FINAL_AFTER_MS
    for (const held of entries()) {
      const since = this.#over.get(held.entry.pubkey)
      if (since === undefined || since > before || held.entry.trustlevel === 'blocked') continue
      onFinal(held, clock.now() >= trustEnd(held) ? 'expired' : 'invalid')
    }
  }

  #arm(): void {
    this.#timer?.clear()
    this.#timer = undefined
    const wait = this.#nextWait()
    if (wait !== undefined && !this.#closed) this.#timer = this.#init.clock.setTimeout(() => this.#tick(), wait)
  }

  #nextWait(): number | undefined {
    const now = this.#init.clock.now()
    const waits: number[] = []
    for (const held of this.#init.entries()) if (canEnd(held)) waits.push(endOf(held) - now)
    if (waits.length === 0) return undefined
    return Math.min(
      MAX_WAIT_MS,
      ...waits
        .filter(wait => wait > 0)
        .sort((a, b) => a - b)
        .slice(0, 1)
    )
  }
}

function canEnd(held: HeldEntry): boolean {
  return held.entry.ended === undefined && Number.isFinite(endOf(held))
}

function endOf(held: HeldEntry): number {
  return Math.min(trustEnd(held), fileEnd(held))
}
