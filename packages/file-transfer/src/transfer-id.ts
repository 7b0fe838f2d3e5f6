import { createHash } from 'node:crypto'
import { TRANSFER_ID_BYTES } from '@waystone/wire/file-transfer'

export interface FileIdentity {
  name: string
  /** In bytes. */
  size: number
  /** Milliseconds since the Unix epoch. */
  modifiedAt: number
}

/**
 * The id under which a receiver keeps what has arrived: the same for the same
 * file sent again, so that a sender which was restarted resumes too. It need
 * not be secret: the receiver keeps transfers of different peers apart.
 */
export function transferIdOf(file: FileIdentity): Uint8Array {
  const text = JSON.stringify([file.name, file.size, file.modifiedAt])
  return createHash('sha256').update(text).digest().subarray(0, TRANSFER_ID_BYTES)
}

/** Where a transfer of a peer is kept: a name without any character from outside. */
export function partKey(peer: string, transferId: Uint8Array): string {
  return createHash('sha256').update(`${peer}\n`).update(transferId).digest('hex').slice(0, 32)
}
