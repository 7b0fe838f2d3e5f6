import { sha256 } from '@noble/hashes/sha2.js'
import { DIGEST_PARTS } from '@waystone/wire/registry'

/** Bytes of a name's hash. */
export const HASH_BYTES = 16

const encoder = new TextEncoder()

/** SHA-256; by default one that works everywhere, and takes twice as long as that of Node. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** A name and its sequence, as two registries compare them. */
export interface NamedSequence {
  readonly hash: Uint8Array
  readonly sequence: number
}

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
export function nameHash({ kind, peer, key }: HashedName, hash: Sha256 = sha256): Uint8Array {
  // three bytes of UTF-8 at most for each unit of UTF-16
  const bytes = new Uint8Array(3 * kind.length + 1 + peer.length + 3 * key.length)
  const kindEnd = writeText(kind, bytes, 0)
  bytes.set(peer, kindEnd + 1)
  const keyStart = kindEnd + 1 + peer.length
  return hash(bytes.subarray(0, writeText(key, bytes, keyStart))).slice(0, HASH_BYTES)
}

/** In UTF-8; says where it ends. The encoder of Node takes 3 µs, and most texts are ASCII. */
function writeText(text: string, bytes: Uint8Array, start: number): number {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit >= 0x80) return start + encoder.encodeInto(text, bytes.subarray(start)).written
    bytes[start + at] = unit
  }
  return start + text.length
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
export function recordDigest({ hash, sequence }: NamedSequence, digest: Sha256 = sha256): bigint {
  const bytes = new Uint8Array(HASH_BYTES + 8)
  bytes.set(hash)
  new DataView(bytes.buffer).setBigUint64(HASH_BYTES, BigInt(sequence))
  const { buffer, byteOffset } = digest(bytes)
  return new DataView(buffer, byteOffset).getBigUint64(0)
}
