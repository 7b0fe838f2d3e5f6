import { REASON_MAX_LENGTH } from './constants.ts'

/** What a failed attempt is counted as. */
export type AttemptResult = 'refused' | 'not_a_relay' | 'wrong_peer' | 'timeout' | 'lost' | 'failed'

export interface AttemptFailure {
  result: AttemptResult
  /** One short line. */
  reason: string
}

const RESULTS: Record<string, AttemptResult> = {
  ReservationRefusedError: 'refused',
  NotARelayError: 'not_a_relay',
  UnexpectedPeerError: 'wrong_peer',
  DeadlineExceededError: 'timeout',
  TimeoutError: 'timeout'
}

/**
 * Names the cause of a failed attempt. libp2p's upgrader keeps only the text of
 * an encrypter's error, so another key is known by the words of Noise and of TLS.
 */
export function describeAttemptFailure(error: unknown): AttemptFailure {
  const errors = flatten(error)
  const text = errors.map(each => each.message).join('; ')
  const result = errors.map(each => RESULTS[each.name]).find(known => known !== undefined)
  if (result === 'wrong_peer' || /does not match expected remote identity|unexpected peer/i.test(text)) {
    return { result: 'wrong_peer', reason: 'another peer id answers at its address' }
  }
  if (errors.some(each => each.name === 'LostError')) return { result: 'lost', reason: 'reservation lost' }
  return { result: result ?? 'failed', reason: shorten(text) }
}

// several addresses fail as one AggregateError
function flatten(error: unknown): Error[] {
  if (error instanceof AggregateError) return error.errors.flatMap(flatten)
  return [error instanceof Error ? error : new Error(String(error))]
}

function shorten(text: string): string {
  const line = text.split('\n')[0]?.trim() ?? ''
  const reason = line === '' ? 'unknown failure' : line
  return reason.length > REASON_MAX_LENGTH ? `${reason.slice(0, REASON_MAX_LENGTH - 1)}…` : reason
}
