import { FINAL_AFTER_MS, MAX_WAIT_MS } from './constants.ts'
import { endOf, trustEnd } from './entry.ts'
import type { Clock, Timer } from '@waystone/interface'
import type { Ended, HeldEntry } from './contract.ts'

export interface EndWatchInit {
  clock: Clock
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
  /** Those that can end, by public key. */
  readonly #mortal = new Map<string, HeldEntry>()
  /** By public key, when an end was seen first, in monotonic milliseconds. */
  readonly #over = new Map<string, number>()
  #timer: Timer | undefined
  /** When the timer goes off, in monotonic milliseconds. */
  #dueAt = 0
  #closed = false

  constructor(init: EndWatchInit) {
    this.#init = init
  }

  /** Takes an entry as it is now: what has ended already is not reported. */
  put(held: HeldEntry): void {
    const { pubkey, ended } = held.entry
    this.#drop(pubkey)
    if (ended === undefined && Number.isFinite(endOf(held))) this.#mortal.set(pubkey, held)
    if (this.#isOver(held)) this.#over.set(pubkey, this.#init.clock.monotonic())
    if (this.#mortal.has(pubkey)) this.#wakeIn(this.#waitFor(held))
    else this.#rest()
  }

  delete(pubkey: string): void {
    if (this.#drop(pubkey)) this.#rest()
  }

  close(): void {
    this.#closed = true
    this.#timer?.clear()
  }

  #drop(pubkey: string): boolean {
    this.#over.delete(pubkey)
    return this.#mortal.delete(pubkey)
  }

  #isOver(held: HeldEntry): boolean {
    return this.#mortal.has(held.entry.pubkey) && this.#init.clock.now() >= endOf(held)
  }

  #tick(): void {
    const ceased = [...this.#mortal.values()].filter(held => this.#isOver(held) && !this.#over.has(held.entry.pubkey))
    const revived = [...this.#over.keys()].filter(pubkey => !this.#stillOver(pubkey))
    for (const { entry } of ceased) this.#over.set(entry.pubkey, this.#init.clock.monotonic())
    for (const pubkey of revived) this.#over.delete(pubkey)
    this.#finalise()
    this.#again()
    if (ceased.length + revived.length > 0) this.#init.onChange(ceased)
  }

  #stillOver(pubkey: string): boolean {
    const held = this.#mortal.get(pubkey)
    return held !== undefined && this.#isOver(held)
  }

  #finalise(): void {
    const { clock, onFinal } = this.#init
    const before = clock.monotonic() - FINAL_AFTER_MS
    for (const [pubkey, since] of this.#over) {
      const held = this.#mortal.get(pubkey)
      if (held === undefined || since > before || held.entry.trustlevel === 'blocked') continue
      onFinal(held, clock.now() >= trustEnd(held) ? 'expired' : 'invalid')
    }
  }

  #rest(): void {
    if (this.#mortal.size > 0) return
    this.#timer?.clear()
    this.#timer = undefined
  }

  #again(): void {
    this.#timer = undefined
    let wait = MAX_WAIT_MS
    for (const held of this.#mortal.values()) wait = Math.min(wait, this.#waitFor(held))
    if (this.#mortal.size > 0) this.#wakeIn(wait)
  }

  /** Looks at no other entries: 10,000 that are added one by one would be looked at 50 million times. */
  #wakeIn(wait: number): void {
    const dueAt = this.#init.clock.monotonic() + wait
    if (this.#closed || (this.#timer !== undefined && this.#dueAt <= dueAt)) return
    this.#timer?.clear()
    this.#dueAt = dueAt
    this.#timer = this.#init.clock.setTimeout(() => this.#tick(), wait)
  }

  /** Until its end; short enough for every timer, and to notice soon that the wall clock was set. */
  #waitFor(held: HeldEntry): number {
    const left = endOf(held) - this.#init.clock.now()
    return left > 0 ? Math.min(left, MAX_WAIT_MS) : MAX_WAIT_MS
  }
}
