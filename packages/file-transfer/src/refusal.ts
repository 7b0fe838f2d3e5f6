import { RefuseReason } from '@waystone/wire/file-transfer'
import { MAX_REMOTE_TEXT } from './constants.ts'
import { FileRefusedError } from './errors.ts'
import { plainText } from './file-name.ts'
import type { RefusalReason } from './errors.ts'
import type { FileMessage, Refuse } from '@waystone/wire/file-transfer'

type SentReason = Exclude<RefusalReason, 'unknown'>

const CODES: Array<[SentReason, RefuseReason]> = [
  ['not-allowed', RefuseReason.NOT_ALLOWED],
  ['too-large', RefuseReason.TOO_LARGE],
  ['no-space', RefuseReason.NO_SPACE],
  ['busy', RefuseReason.BUSY],
  ['bad-name', RefuseReason.BAD_NAME],
  ['bad-request', RefuseReason.BAD_REQUEST],
  ['hash-mismatch', RefuseReason.HASH_MISMATCH],
  ['storage-failed', RefuseReason.STORAGE_FAILED],
  ['stopping', RefuseReason.STOPPING]
]

/** What a receiver says no with. */
export interface Refusal {
  reason: SentReason
  detail: string
}

export function refuseMessage(refusal: Refusal): FileMessage {
  const reason = CODES.find(([name]) => name === refusal.reason)?.[1] ?? RefuseReason.UNSPECIFIED
  return { case: 'refuse', value: { reason, detail: plainText(refusal.detail, MAX_REMOTE_TEXT) } }
}

/** The error for a refusal that came over the wire; reasons of later versions become `unknown`. */
export function refusedError(refuse: Refuse): FileRefusedError {
  const reason = CODES.find(([, code]) => code === refuse.reason)?.[0] ?? 'unknown'
  return new FileRefusedError(reason, plainText(refuse.detail, MAX_REMOTE_TEXT))
}
