import { abortable } from '@waystone/kit'
import { SeenPlaces } from './seen-places.ts'
import type { Clock } from '@waystone/interface'
import type { StoreChange } from '../contract.ts'
import type { Change, Changes } from './changes.ts'
import type { GoneLog } from './gone-log.ts'
import type { Numbers } from './numbers.ts'
import type { Pace } from './pace.ts'
import type { Wakeups } from './wakeups.ts'

export interface WatchParts {
  changes: Changes
  gone: GoneLog
  numbers: Numbers
  wakeups: Wakeups
  pace: Pace
  clock: Clock
}

/**
 * Tells one watcher what changes. It keeps a number and a few bits: a slow watcher finds the last state of each record
 * when it comes to it, and begins anew when it is too far behind.
 */
export class Watch {
  readonly #parts: WatchParts
  readonly #seen = new SeenPlaces()
  #after: number | undefined

  /** @param after - number of the last change that was seen; absent begins with what is there */
  constructor(parts: WatchParts, after: number | undefined) {
    this.#parts = parts
    this.#after = after
    if (after !== undefined) this.#seen.addAll()
  }

  /** Ends when the signal aborts. */
  async *run(signal: AbortSignal): AsyncGenerator<StoreChange> {
    while (!signal.aborted) {
      if (this.#isLost()) {
        yield { type: 'reset' }
        this.#seen.clear()
        this.#after = undefined
      }
      const last = this.#parts.numbers.change
      yield* this.#after === undefined ? this.#begin(last, signal) : this.#goOn(this.#after, last, signal)
      if (this.#isLost()) continue
      yield { type: 'current', number: BigInt(last) }
      yield* this.#follow(last, signal)
    }
  }

  #isLost(): boolean {
    return this.#after !== undefined && this.#isBehind(this.#after)
  }

  #isBehind(after: number): boolean {
    return after < this.#parts.gone.floor || after > this.#parts.numbers.change
  }

  /** What is there; what changes meanwhile has a higher number and comes after it. */
  async *#begin(last: number, signal: AbortSignal): AsyncGenerator<StoreChange> {
    const { changes, clock, pace } = this.#parts
    for (let after = 0; after < last && !signal.aborted; await pace.turn()) {
      const upTo = changes.boundary(after, last)
      const found = changes.records(after, upTo, clock.now())
      pace.did(found.length)
      for (const change of found) yield* this.#tell(change)
      after = upTo
    }
    this.#after = last
  }

  async *#goOn(from: number, last: number, signal: AbortSignal): AsyncGenerator<StoreChange> {
    const { changes, clock, pace } = this.#parts
    for (let after = from; after < last && !signal.aborted; await pace.turn()) {
      if (this.#isBehind(after)) break
      const upTo = changes.boundary(after, last)
      const found = changes.all(after, upTo, clock.now())
      pace.did(found.length)
      for (const change of found) yield* this.#tell(change)
      after = upTo
      this.#after = after
    }
  }

  /** Until it is too far behind. */
  async *#follow(from: number, signal: AbortSignal): AsyncGenerator<StoreChange> {
    this.#after = from
    while (!signal.aborted && !this.#isLost()) {
      const woken = this.#parts.wakeups.next()
      const last = this.#parts.numbers.change
      if (this.#after >= last) await abortable(woken, signal).catch(() => undefined)
      else yield* this.#goOn(this.#after, last, signal)
    }
  }

  *#tell({ number, place, name, signed }: Change): Generator<StoreChange> {
    if (signed !== undefined) {
      this.#seen.add(place)
      yield { type: 'put', signed, number: BigInt(number) }
    } else if (this.#seen.has(place)) {
      yield { type: 'gone', name, number: BigInt(number) }
    }
  }
}
