import type { AdminCalls, AdminContext } from './contract.ts'

/** Milliseconds in which the answer leaves, before everything that could carry it is closed. */
const GRACE_MS = 100

/** `Stop` */
export function stopCalls({ clock, requestStop }: AdminContext): AdminCalls {
  return {
    stop: () => {
      clock.setTimeout(requestStop, GRACE_MS)
      return {}
    }
  }
}
