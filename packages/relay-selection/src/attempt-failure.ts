import { describeDialFailure } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import type { DialResult } from '@waystone/kit'

/** What a failed attempt is counted as. */
export type AttemptResult = DialResult | 'refused' | 'not_a_relay' | 'failed'

export interface AttemptFailure {
  result: AttemptResult
  /** One short line. */
  reason: string
}

// the failures that a connected relay can cause
const RESULTS: Record<string, AttemptResult> = {
  ReservationRefusedError: 'refused',
  NotARelayError: 'not_a_relay',
  ReservationFailedError: 'failed'
}

/** Names the cause of a failed attempt: the dial or what came after it. */
export function describeAttemptFailure(error: unknown): AttemptFailure {
  const { result, reason } = describeDialFailure(error)
  return { result: RESULTS[nameOf(error)] ?? result, reason }
}
