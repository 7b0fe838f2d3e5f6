import { messageOf, nameOf } from './error-fields.ts'

/** Characters of a remote's or the system's error text that are kept. */
const REASON_MAX_LENGTH = 160

/** What a failed dial is counted as. */
export type DialResult = 'wrong_peer' | 'timeout' | 'lost' | 'unreachable'

export interface DialFailure {
  result: DialResult
  /** One short line. */
  reason: string
}

/**
 * Names the cause of a failed dial, or of the loss of what it had brought.
 * libp2p's upgrader keeps only the text of an encrypter's error, so another key
 * is known by the words of Noise and of TLS.
 */
export function describeDialFailure(error: unknown): DialFailure {
  const errors = flatten(error)
  const names = errors.map(nameOf)
  const text = errors.map(messageOf).join('; ')
  if (names.includes('UnexpectedPeerError') || /does not match expected remote identity|unexpected peer/i.test(text)) {
    return { result: 'wrong_peer', reason: 'another peer id answers at its address' }
  }
  return { result: resultOf(names), reason: firstLine(text) }
}

function resultOf(names: string[]): DialResult {
  if (names.includes('LostError')) return 'lost'
  return names.some(name => /Timeout|DeadlineExceeded/.test(name)) ? 'timeout' : 'unreachable'
}

// several addresses fail as one AggregateError
function flatten(error: unknown): unknown[] {
  return error instanceof AggregateError ? error.errors.flatMap(flatten) : [error]
}

function firstLine(text: string): string {
  const line = text.split('\n')[0]?.trim() ?? ''
  const reason = line === '' ? 'unknown failure' : line
  return reason.length > REASON_MAX_LENGTH ? `${reason.slice(0, REASON_MAX_LENGTH - 1)}…` : reason
}
