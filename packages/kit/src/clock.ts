import type { AbortOptions } from '@libp2p/interface'
import type { Clock, Timer } from '@waystone/interface'

function startTimer(callback: () => void, delayMs: number): Timer {
  const handle = setTimeout(callback, delayMs)
  return { clear: () => clearTimeout(handle) }
}

async function sleep(clock: Clock, delayMs: number, options: AbortOptions = {}): Promise<void> {
  const { signal } = options
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const timer = clock.setTimeout(done, delayMs)
    function done(): void {
      signal?.removeEventListener('abort', aborted)
      resolve()
    }
    function aborted(): void {
      timer.clear()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', aborted, { once: true })
  })
}

/** The machine's clock. The only place that reads real time or sets real timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: startTimer,
  sleep: (delayMs, options) => sleep(systemClock, delayMs, options)
}
