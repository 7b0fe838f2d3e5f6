import type { Clock, Timer } from '@waystone/interface'
import type { FaultLog } from './fault-log.ts'

/** A clock whose timers end with the plugin. An exception in a callback would end the process otherwise. */
export function scopedClock(clock: Clock, faults: FaultLog, signal: AbortSignal): Clock {
  const timers = new Set<Timer>()
  signal.addEventListener('abort', () => timers.forEach(timer => timer.clear()), { once: true })
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (delayMs, options) => clock.sleep(delayMs, options),
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
