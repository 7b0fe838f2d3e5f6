import { createHash } from 'node:crypto'
import { TRANSFER_ID_BYTES } from '@waystone/wire/file-transfer-limits'

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

const PEER_DIGITS = 16
const TRANSFER_DIGITS = 16

/**
 * Where a transfer of a peer is kept: a name without any character from
 * outside. All of one peer begin alike; see `peerOfKey`.
 */
export function partKey(peer: string, transferId: Uint8Array): string {
  return digits(peer, PEER_DIGITS) + digits(transferId, TRANSFER_DIGITS)
}

/** The part of a key that is the same for all transfers of one peer. */
export function peerOfKey(key: string): string {
  return key.slice(0, PEER_DIGITS)
}

function digits(data: string | Uint8Array, length: number): string {
  return createHash('sha256').update(data).digest('hex').slice(0, length)
}
