import { REASON_MAX_LENGTH } from './constants.ts'

/** What a failed dial is counted as. */
export type DialResult = 'wrong_peer' | 'timeout' | 'lost' | 'unreachable'

export interface DialFailure {
  result: DialResult
  /** One short line. */
  reason: string
}

/**
 * Names the cause of a failed dial. libp2p's upgrader keeps only the text of an
 * encrypter's error, so another key is known by the words of Noise and of TLS.
 */
export function describeDialFailure(error: unknown): DialFailure {
  const errors = flatten(error)
  const names = errors.map(each => each.name)
  const text = errors.map(each => each.message).join('; ')
  if (names.includes('UnexpectedPeerError') || /does not match expected remote identity|unexpected peer/i.test(text)) {
    return { result: 'wrong_peer', reason: 'another peer id answers at its address' }
  }
  if (names.includes('LostError')) return { result: 'lost', reason: 'connection lost' }
  if (names.some(name => /Timeout|DeadlineExceeded/.test(name)))
    return { result: 'timeout', reason: 'no answer in time' }
  return { result: 'unreachable', reason: shorten(text) }
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
