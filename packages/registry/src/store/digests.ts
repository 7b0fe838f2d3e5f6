import { DIGEST_PARTS } from '@waystone/wire/registry'
import { partOf, recordDigest } from '../record/name-hash.ts'
import { sha256InNode } from '../record/node-hash.ts'
import type { NamedSequence } from '../record/name-hash.ts'

/** The sums over all records, by part, kept up as they come and go. */
export class Digests {
  // counts modulo 2^64 by itself
  readonly #sums = new BigUint64Array(DIGEST_PARTS)

  add(named: NamedSequence): void {
    this.#change(partOf(named.hash), recordDigest(named, sha256InNode))
  }

  remove(named: NamedSequence): void {
    this.#change(partOf(named.hash), -recordDigest(named, sha256InNode))
  }

  clear(): void {
    this.#sums.fill(0n)
  }

  /** 8 bytes for each part, big-endian. */
  parts(): Uint8Array {
    const bytes = new Uint8Array(this.#sums.length * 8)
    const view = new DataView(bytes.buffer)
    for (const [part, sum] of this.#sums.entries()) view.setBigUint64(part * 8, sum)
    return bytes
  }

  /** The sum of all parts: 8 bytes. */
  total(): Uint8Array {
    const bytes = new Uint8Array(8)
    const sum = this.#sums.reduce((total, part) => total + part, 0n)
    new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, sum))
    return bytes
  }

  #change(part: number, by: bigint): void {
    this.#sums[part] = (this.#sums[part] ?? 0n) + by
  }
}
