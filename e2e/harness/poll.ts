import { createDeadline, systemClock } from '@waystone/kit'

/** How often a condition of another process is looked at, in milliseconds. */
const POLL_INTERVAL_MS = 20

export interface PollInit {
  /** What is being waited for; it appears in the error. */
  what: string
  /** Give up after this many milliseconds. Default 30,000. */
  ms?: number
  signal?: AbortSignal
}

/**
 * Asks until the answer is not undefined. Another process cannot wake us, so
 * this is the only way to wait for its state; it never waits a fixed time.
 */
export async function poll<T>(ask: () => Promise<T | undefined> | T | undefined, init: PollInit): Promise<T> {
  using deadline = createDeadline({ ms: init.ms ?? 30_000, what: init.what, signal: init.signal })
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await systemClock.sleep(POLL_INTERVAL_MS, { signal: deadline.signal })
  }
}
