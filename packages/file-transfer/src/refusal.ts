import { RefuseReason } from '@waystone/wire/file-transfer'
import { MAX_REMOTE_TEXT } from './constants.ts'
import { FileRefusedError } from './errors.ts'
import { plainText } from './file-name.ts'
import type { RefusalReason } from './errors.ts'
import type { FileMessage, Refuse } from '@waystone/wire/file-transfer'

const CODES: Record<Exclude<RefusalReason, 'unknown'>, RefuseReason> = {
  'not-allowed': RefuseReason.NOT_ALLOWED,
  'too-large': RefuseReason.TOO_LARGE,
  'no-space': RefuseReason.NO_SPACE,
  busy: RefuseReason.BUSY,
  'bad-name': RefuseReason.BAD_NAME,
  'bad-request': RefuseReason.BAD_REQUEST,
  'hash-mismatch': RefuseReason.HASH_MISMATCH,
  'storage-failed': RefuseReason.STORAGE_FAILED,
  stopping: RefuseReason.STOPPING
}

/** What a receiver says no with. */
export interface Refusal {
  reason: Exclude<RefusalReason, 'unknown'>
  detail: string
}

export function refuseMessage(refusal: Refusal): FileMessage {
  return {
    case: 'refuse',
    value: { reason: CODES[refusal.reason], detail: plainText(refusal.detail, MAX_REMOTE_TEXT) }
  }
}

/** The error for a refusal that came over the wire; reasons of later versions become `unknown`. */
export function refusedError(refuse: Refuse): FileRefusedError {
  const known = Object.entries(CODES).find(([, code]) => code === refuse.reason)
  const reason = (known?.[0] ?? 'unknown') as RefusalReason
  return new FileRefusedError(reason, plainText(refuse.detail, MAX_REMOTE_TEXT))
}
