import type { AbortOptions } from '@libp2p/interface'

/** A scheduled callback that has not run yet. */
export interface Timer {
  /** Cancels the callback; safe to call more than once. */
  clear(): void
}

/**
 * Time as a dependency, so that tests move it by hand.
 * Only `@waystone/kit` touches the real one.
 */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch. */
  now(): number
  /** Milliseconds since an arbitrary start; never goes backwards. Use it to measure. */
  monotonic(): number
  /** Runs `callback` once after `delayMs` milliseconds. */
  setTimeout(callback: () => void, delayMs: number): Timer
  /** Resolves after `delayMs` milliseconds; rejects with the signal's reason when aborted. */
  sleep(delayMs: number, options?: AbortOptions): Promise<void>
}
