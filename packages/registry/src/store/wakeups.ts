import { WATCH_PAUSE_MS } from './constants.ts'
import type { Clock, Timer } from '@waystone/interface'

/** Wakes all who wait after a change: at once if it was quiet, else after a pause, once for all changes in it. */
export class Wakeups {
  readonly #clock: Clock
  #waiting = Promise.withResolvers<void>()
  #wokenAt = -Infinity
  #timer: Timer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves at the next change; whoever asks before looking misses none. */
  next(): Promise<void> {
    return this.#waiting.promise
  }

  changed(): void {
    if (this.#timer !== undefined) return
    const left = this.#wokenAt + WATCH_PAUSE_MS - this.#clock.monotonic()
    if (left <= 0) this.wake()
    else this.#timer = this.#clock.setTimeout(() => this.wake(), left)
  }

  wake(): void {
    this.#timer?.clear()
    this.#timer = undefined
    this.#wokenAt = this.#clock.monotonic()
    const { resolve } = this.#waiting
    this.#waiting = Promise.withResolvers<void>()
    resolve()
  }
}
