import { LONGEST_REFRESH_DELAY_MS, REFRESH_BEFORE_MS, SHORTEST_REFRESH_DELAY_MS } from './constants.ts'

/**
 * How long to wait before a reservation is refreshed, in milliseconds.
 *
 * @param leftMs - how long the reservation lasts, as the relay says: any number, or none
 */
export function refreshDelay(leftMs: number): number {
  const delay = Number.isNaN(leftMs) ? 0 : leftMs - REFRESH_BEFORE_MS
  return Math.min(Math.max(delay, SHORTEST_REFRESH_DELAY_MS), LONGEST_REFRESH_DELAY_MS)
}
