import { codeOf, nameOf } from '@waystone/kit/error-fields'
import type { Refusal } from './refusal.ts'

const BY_NAME: Record<string, Refusal> = {
  DiskFullError: { reason: 'no-space', detail: 'the disk is full' },
  HashMismatchError: { reason: 'hash-mismatch', detail: 'the received bytes have another SHA-256' },
  FileProtocolError: { reason: 'bad-request', detail: 'the message breaks the protocol' },
  FileTransferStoppedError: { reason: 'stopping', detail: 'this node shuts down' },
  ReceivingEndedError: { reason: 'stopping', detail: 'no more files are taken' },
  InboxError: { reason: 'storage-failed', detail: 'the file could not be stored' }
}

/**
 * What the sender is told about an error here; `undefined` when the stream is
 * the problem and nobody can be told. Paths of this machine are not sent.
 */
export function refusalFor(error: unknown): Refusal | undefined {
  return BY_NAME[nameOf(error)]
}

const FULL = new Set<string | undefined>(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Whether a system error says that there is no room. */
export function isDiskFull(error: unknown): boolean {
  return FULL.has(codeOf(error))
}
