import { nameOf } from '@waystone/kit/error-fields'
import { FileRefusedError } from './errors.ts'
import type { RefusalReason } from './errors.ts'

export interface RetryLimits {
  /** Attempts in all. */
  maxAttempts: number
  /** Milliseconds without any progress. */
  giveUpAfterMs: number
}

export interface RetryState extends RetryLimits {
  /** Attempts so far. */
  attempts: number
  /** Whether the peer was ever reached. */
  connected: boolean
  /** Milliseconds since the last progress. */
  idleMs: number
}

/** A peer that was never reached is asked this often: whoever mistyped a peer id should not wait for minutes. */
const UNREACHED_ATTEMPTS = 3

/** Another attempt would end the same way. */
const FINAL_ERRORS = new Set([
  'FileUnreadableError',
  'FileChangedError',
  'FileProtocolError',
  'ReceiptInvalidError',
  'NotReceivingError'
])

const PASSING_REFUSALS = new Set<RefusalReason>(['busy', 'stopping'])

/** What to do after a failed attempt. */
export function nextStep(error: unknown, state: RetryState): 'retry' | 'give-up' {
  if (isFinal(error)) return 'give-up'
  if (state.attempts >= state.maxAttempts) return 'give-up'
  if (!state.connected && state.attempts >= UNREACHED_ATTEMPTS) return 'give-up'
  return state.idleMs < state.giveUpAfterMs ? 'retry' : 'give-up'
}

function isFinal(error: unknown): boolean {
  if (error instanceof FileRefusedError) return !PASSING_REFUSALS.has(error.reason)
  return FINAL_ERRORS.has(nameOf(error))
}
