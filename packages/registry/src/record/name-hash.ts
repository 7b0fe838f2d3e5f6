import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { DIGEST_PARTS } from '@waystone/wire/registry'

/** Bytes of a name's hash. */
export const HASH_BYTES = 16

/** What tells records apart, as it is hashed. */
export interface HashedName {
  kind: string
  /** The multihash that is the peer's id. */
  peer: Uint8Array
  key: string
}

/**
 * The first 16 bytes of the SHA-256 of kind, a zero byte, peer and key. No two names give the same bytes: a kind holds
 * no zero, and a multihash says how long it is.
 */
export function nameHash({ kind, peer, key }: HashedName): Uint8Array {
  return sha256(concatBytes(utf8ToBytes(kind), new Uint8Array(1), peer, utf8ToBytes(key))).slice(0, HASH_BYTES)
}

const PART_BITS = Math.log2(DIGEST_PARTS)

/** The part of the registry that a name is in: the first bits of its hash. */
export function partOf(hash: Uint8Array): number {
  return (((hash[0] ?? 0) << 8) | (hash[1] ?? 0)) >> (16 - PART_BITS)
}

/** The first and the last hash of a part, both in it. */
export function hashesOf(part: number): { first: Uint8Array; last: Uint8Array } {
  const first = new Uint8Array(HASH_BYTES)
  const last = new Uint8Array(HASH_BYTES).fill(0xff)
  const shift = 16 - PART_BITS
  new DataView(first.buffer).setUint16(0, part << shift)
  new DataView(last.buffer).setUint16(0, (part << shift) | ((1 << shift) - 1))
  return { first, last }
}

/**
 * What a record adds to the digest of its part, modulo 2^64: the first 8 bytes of the SHA-256 of its name's hash and its
 * sequence, both as they travel. Cryptographic, so that nobody can choose sequences that make up for a missing record.
 */
export function recordDigest(hash: Uint8Array, sequence: number): bigint {
  const bytes = new Uint8Array(HASH_BYTES + 8)
  bytes.set(hash)
  new DataView(bytes.buffer).setBigUint64(HASH_BYTES, BigInt(sequence))
  return new DataView(sha256(bytes).buffer).getBigUint64(0)
}
