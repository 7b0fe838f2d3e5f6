import { systemClock } from './clock.ts'
import { systemRandom } from './random.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'

export interface BackoffInit {
  /** Delay before the first repeat, in milliseconds. */
  baseMs: number
  /** No delay is longer than this, in milliseconds. */
  maxMs: number
  /** What each delay is multiplied with. Default 2. */
  factor?: number
}

/**
 * The delay before repeat number `attempt` (0 is the first), in milliseconds.
 * Equal jitter: half is fixed, half is random, so that nodes which failed
 * together do not come back together
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param random - a number in [0, 1)
 */
export function backoffDelay(attempt: number, init: BackoffInit, random: number): number {
  const full = Math.min(init.maxMs, init.baseMs * (init.factor ?? 2) ** attempt)
  return full / 2 + (full / 2) * random
}

export interface RetryOptions extends AbortOptions, BackoffInit {
  /** How often to repeat after the first failure. Default: for ever. */
  retries?: number
  /** Called before each wait. */
  onFailure?(error: unknown, nextDelayMs: number): void
  clock?: Clock
  random?: Random
}

/** Runs `work` until it succeeds, the repeats are used up or the signal ends. */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { retries = Infinity, clock = systemClock, random = systemRandom, signal } = options
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted()
    try {
      return await work(attempt)
    } catch (error) {
      signal?.throwIfAborted()
      if (attempt >= retries) throw error
      const delay = backoffDelay(attempt, options, random.number())
      options.onFailure?.(error, delay)
      await clock.sleep(delay, signal === undefined ? {} : { signal })
    }
  }
}
