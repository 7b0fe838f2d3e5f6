import type { AbortOptions } from '@libp2p/interface'
import type { Clock, Timer } from '@waystone/interface'

// what fits the platforms' 32-bit timers; with more they fire at once
const LONGEST_TIMER_MS = 2 ** 31 - 1

function startTimer(callback: () => void, delayMs: number): Timer {
  let handle: ReturnType<typeof setTimeout>
  const wait = (leftMs: number): void => {
    handle =
      leftMs > LONGEST_TIMER_MS
        ? setTimeout(() => wait(leftMs - LONGEST_TIMER_MS), LONGEST_TIMER_MS)
        : setTimeout(callback, leftMs)
  }
  wait(delayMs)
  return { clear: () => clearTimeout(handle) }
}

/** `Clock.sleep`, made of `setTimeout`; leaves no timer and no listener behind. */
export async function sleep(clock: Clock, delayMs: number, options: AbortOptions = {}): Promise<void> {
  const { signal } = options
  signal?.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const aborted = (): void => reject(signal?.reason)
  const timer = clock.setTimeout(resolve, delayMs)
  signal?.addEventListener('abort', aborted, { once: true })
  try {
    await promise
  } finally {
    timer.clear()
    signal?.removeEventListener('abort', aborted)
  }
}

/**
 * Lets everything else that waits in this process have its turn: a loop whose
 * awaits never have to wait would keep the sockets, and every other loop, from
 * going on. It measures no time, so no `Clock` is needed.
 */
export async function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  // browsers have only the timer
  if (typeof globalThis.setImmediate === 'function') globalThis.setImmediate(resolve)
  else setTimeout(resolve, 0)
  await promise
}

/** The machine's clock. The only place that reads real time or sets real timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: startTimer,
  sleep: (delayMs, options) => sleep(systemClock, delayMs, options)
}
