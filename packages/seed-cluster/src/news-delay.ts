import { MAX_NEWS_DELAY_MS, NEWS_DELAY_MS, NEWS_QUIET_MS } from './constants.ts'

/** How long news waits for more: little at first, longer while there is news all the time. Times are those of a monotonic clock. */
export class NewsDelay {
  #ms = NEWS_DELAY_MS
  #lastAt = Number.NEGATIVE_INFINITY

  /** There is news. @returns milliseconds */
  next(now: number): number {
    this.#ms = now - this.#lastAt >= NEWS_QUIET_MS ? NEWS_DELAY_MS : Math.min(2 * this.#ms, MAX_NEWS_DELAY_MS)
    this.#lastAt = now + this.#ms
    return this.#ms
  }
}
