import { InvalidParametersError } from '@libp2p/interface'
import { systemClock } from './clock.ts'
import type { Clock } from '@waystone/interface'

// what one millisecond adds at a rate of one per second, so that whole rates and times count without rounding
const PARTS_PER_TOKEN = 1000

export interface TokenBucketInit {
  /** The most tokens the bucket holds, and what it starts with: the burst. */
  capacity: number
  /** The steady rate. */
  refillPerSecond: number
  clock?: Clock
}

/**
 * Lets bursts of up to `capacity` through and `refillPerSecond` in the long run.
 * It has no timer: the tokens are counted up when somebody asks.
 *
 * @throws InvalidParametersError - a number that is not above zero
 */
export class TokenBucket {
  readonly #capacityParts: number
  readonly #partsPerMs: number
  readonly #clock: Clock
  #parts: number
  #countedAt: number

  constructor(init: TokenBucketInit) {
    if (!(init.capacity > 0 && init.refillPerSecond > 0)) {
      throw new InvalidParametersError('capacity and refillPerSecond must be above zero')
    }
    this.#capacityParts = init.capacity * PARTS_PER_TOKEN
    this.#partsPerMs = init.refillPerSecond
    this.#clock = init.clock ?? systemClock
    this.#parts = this.#capacityParts
    this.#countedAt = this.#clock.monotonic()
  }

  /** Takes all `n` tokens, or none and says false. */
  take(n = 1): boolean {
    this.#refill()
    const parts = n * PARTS_PER_TOKEN
    if (!(parts >= 0 && parts <= this.#parts)) return false
    this.#parts -= parts
    return true
  }

  /**
   * Milliseconds, rounded up, until `take(n)` would succeed if nobody else took any.
   * `Infinity` when `n` is more than the bucket holds.
   */
  retryAfterMs(n = 1): number {
    this.#refill()
    const parts = n * PARTS_PER_TOKEN
    if (parts > this.#capacityParts) return Infinity
    return Math.max(0, Math.ceil((parts - this.#parts) / this.#partsPerMs))
  }

  /** Nobody has used it for so long that it cannot be told from a new one. */
  get full(): boolean {
    this.#refill()
    return this.#parts >= this.#capacityParts
  }

  #refill(): void {
    const now = this.#clock.monotonic()
    this.#parts = Math.min(this.#capacityParts, this.#parts + (now - this.#countedAt) * this.#partsPerMs)
    this.#countedAt = now
  }
}
