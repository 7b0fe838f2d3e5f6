import { HASH_BYTES, NAME_BYTES, NAMES_MESSAGE_BYTES } from './constants.ts'
import { SyncPartnerInvalidError } from './errors.ts'

/** The hash of a record's name, with its sequence. */
export interface ListedName {
  readonly hash: Uint8Array
  readonly sequence: number
}

/** As they travel: each hash followed by its sequence, big-endian. */
export function packNames(names: readonly ListedName[]): Uint8Array {
  const bytes = new Uint8Array(names.length * NAME_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [index, { hash, sequence }] of names.entries()) {
    bytes.set(hash, index * NAME_BYTES)
    view.setBigUint64(index * NAME_BYTES + HASH_BYTES, BigInt(sequence))
  }
  return bytes
}

/** @throws SyncPartnerInvalidError */
export function unpackNames(bytes: Uint8Array): ListedName[] {
  if (bytes.length > NAMES_MESSAGE_BYTES || bytes.length % NAME_BYTES !== 0) {
    throw new SyncPartnerInvalidError(`${bytes.length} bytes are no list of names`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / NAME_BYTES }, (_, index) => {
    const start = index * NAME_BYTES
    const sequence = view.getBigUint64(start + HASH_BYTES)
    if (sequence > Number.MAX_SAFE_INTEGER) throw new SyncPartnerInvalidError('a sequence is over 2^53 - 1')
    // a copy: a part of a message would keep all of it
    return { hash: bytes.slice(start, start + HASH_BYTES), sequence: Number(sequence) }
  })
}

/** Hashes one after another. */
export function joinHashes(names: readonly ListedName[]): Uint8Array {
  const bytes = new Uint8Array(names.length * HASH_BYTES)
  for (const [index, { hash }] of names.entries()) bytes.set(hash, index * HASH_BYTES)
  return bytes
}

export function splitHashes(bytes: Uint8Array): Uint8Array[] {
  const count = Math.floor(bytes.length / HASH_BYTES)
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES))
}
