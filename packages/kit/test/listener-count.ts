import { getEventListeners } from 'node:events'

/** How many listeners wait for the signal; one that stays behind is a leak. */
export function listenerCount(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length
}
