import { systemClock } from '../clock.ts'
import { createDeadline } from '../deadline.ts'

/** How often it is asked, in milliseconds. */
const POLL_INTERVAL_MS = 10

export interface PollInit {
  /** What is being waited for; it appears in the error. */
  what: string
  /** Give up after this many milliseconds. Default 30,000: machines are slow, it is not awaited. */
  ms?: number
  signal?: AbortSignal
}

/**
 * Asks until the answer is not undefined. For what cannot wake a test, such as
 * another process; it never waits a fixed time.
 *
 * @throws DeadlineExceededError
 */
export async function poll<T>(ask: () => Promise<T | undefined> | T | undefined, init: PollInit): Promise<T> {
  using deadline = createDeadline({ ms: init.ms ?? 30_000, what: init.what, signal: init.signal })
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await systemClock.sleep(POLL_INTERVAL_MS, { signal: deadline.signal })
  }
}

/**
 * Asks until the condition holds.
 *
 * @throws DeadlineExceededError
 */
export async function until(condition: () => boolean | Promise<boolean>, init: Partial<PollInit> = {}): Promise<void> {
  const what = `waiting until ${condition.toString()}`
  await poll(async () => ((await condition()) ? true : undefined), { what, ...init })
}
