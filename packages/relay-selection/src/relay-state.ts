/**
 * What a relay is to this node: `dialling` from the start of an attempt (dial,
 * identify, request) to its end, `waiting` between attempts, `reserved` while
 * it keeps a reservation for us, `denied` while it may not be used.
 */
export interface RelayState {
  state: 'dialling' | 'waiting' | 'reserved' | 'denied'
  /** Why the last attempt failed, the reservation ended, or the relay may not be used. */
  lastError?: string
  /** Milliseconds since the Unix epoch. */
  nextTryAt?: number
}

export type RelayEvent =
  | { type: 'attempt' }
  | { type: 'reserved' }
  | { type: 'denied'; reason: string }
  | { type: 'allowed' }
  | { type: 'failed'; reason: string; nextTryAt: number }

/** Before the first attempt. */
export const INITIAL_STATE: RelayState = { state: 'waiting' }

/** The state after an event. The last error stays until a reservation is made. */
export function next(state: RelayState, event: RelayEvent): RelayState {
  if (event.type === 'reserved') return { state: 'reserved' }
  if (event.type === 'denied') return { state: 'denied', lastError: event.reason }
  if (event.type === 'allowed') return INITIAL_STATE
  if (event.type === 'failed') return { state: 'waiting', lastError: event.reason, nextTryAt: event.nextTryAt }
  return { state: 'dialling', ...(state.lastError === undefined ? {} : { lastError: state.lastError }) }
}
