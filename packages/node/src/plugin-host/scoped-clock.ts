import { abortable } from '@waystone/kit'
import type { AbortOptions } from '@libp2p/interface'
import type { Clock, Timer } from '@waystone/interface'
import type { FaultLog } from './fault-log.ts'

/** A clock whose timers end with the plugin. An exception in a callback would end the process otherwise. */
export function scopedClock(clock: Clock, faults: FaultLog, signal: AbortSignal): Clock {
  const timers = new Set<Timer>()
  signal.addEventListener('abort', () => timers.forEach(timer => timer.clear()), { once: true })
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: async (delayMs, options) => await sleepUntil(signal, { clock, delayMs, options }),
    setTimeout(callback, delayMs) {
      if (signal.aborted) return { clear: () => {} }
      const run = faults.contain('a timer', callback)
      const timer = clock.setTimeout(() => {
        timers.delete(timer)
        run()
      }, delayMs)
      timers.add(timer)
      return {
        clear() {
          timers.delete(timer)
          timer.clear()
        }
      }
    }
  }
}

interface Sleep {
  clock: Clock
  delayMs: number
  options: AbortOptions | undefined
}

/** Rejects when the plugin stops: a loop that sleeps would go on for ever otherwise. */
async function sleepUntil(signal: AbortSignal, { clock, delayMs, options }: Sleep): Promise<void> {
  signal.throwIfAborted()
  const over = new AbortController()
  try {
    const slept = abortable(clock.sleep(delayMs, { signal: over.signal }), signal)
    await (options?.signal === undefined ? slept : abortable(slept, options.signal))
  } finally {
    // clears the timer that is left
    over.abort()
  }
}
