import type { Clock, Timer } from '@waystone/interface'

export interface StaggeredInit<T> {
  /** The next piece of work; nothing if there is none now. */
  next: () => T | undefined
  /** Does it. Never rejects. */
  work: (item: T) => Promise<void>
  /** So many are begun at once. */
  atOnce: () => number
  /** So many run at the most. */
  most: number
  /** What else may begin waits so long after the last beginning, in milliseconds. */
  delayMs: number
  clock: Clock
}

/**
 * Does several things side by side, so that those which take long hold up
 * nobody: when one ends the next begins at once, and while all take their time
 * one more begins after each delay.
 */
export class Staggered<T> {
  readonly #init: StaggeredInit<T>
  #running = 0
  #begunAt = Number.NEGATIVE_INFINITY
  #timer: Timer | undefined
  #isStopped = false
  #idle: (() => void) | undefined

  constructor(init: StaggeredInit<T>) {
    this.#init = init
  }

  /** Begins what may begin now; to be called when there may be more to do. */
  pump(): void {
    while (!this.#isStopped && this.#mayBegin()) {
      const item = this.#init.next()
      if (item === undefined) return this.#rest()
      this.#begin(item)
    }
    if (!this.#isStopped && this.#running < this.#init.most) this.#later()
  }

  /** Resolves when nothing runs and nothing is left to do. */
  async done(): Promise<void> {
    this.pump()
    if (this.#running === 0) return
    await new Promise<void>(resolve => (this.#idle = resolve))
  }

  /** Begins nothing more. */
  stop(): void {
    this.#isStopped = true
    this.#rest()
  }

  #mayBegin(): boolean {
    const { atOnce, most, delayMs, clock } = this.#init
    if (this.#running < Math.min(atOnce(), most)) return true
    return this.#running < most && clock.monotonic() - this.#begunAt >= delayMs
  }

  #begin(item: T): void {
    this.#running++
    this.#begunAt = this.#init.clock.monotonic()
    void this.#init.work(item).finally(() => {
      this.#running--
      this.pump()
      if (this.#running === 0) this.#idle?.()
    })
  }

  #later(): void {
    this.#timer ??= this.#init.clock.setTimeout(() => {
      this.#timer = undefined
      this.pump()
    }, this.#init.delayMs)
  }

  #rest(): void {
    this.#timer?.clear()
    this.#timer = undefined
  }
}
