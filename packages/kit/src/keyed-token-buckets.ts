import { InvalidParametersError } from '@libp2p/interface'
import { TokenBucket } from './token-bucket.ts'
import type { TokenBucketInit } from './token-bucket.ts'

export interface KeyedTokenBucketsInit extends TokenBucketInit {
  /** The most keys that are remembered at a time. */
  maxKeys: number
}

/**
 * A token bucket for every key, such as an IP address or a peer.
 *
 * Memory is bounded. When `maxKeys` keys are known and a new one comes, full
 * buckets are forgotten, which changes nothing for their keys. When none is
 * full, the key that was longest not seen is forgotten: it starts again with a
 * full bucket. So whoever can use more than `maxKeys` keys at once gets round
 * the limit; count by network prefix, not by address, where keys are cheap (IPv6).
 */
export class KeyedTokenBuckets {
  readonly #init: KeyedTokenBucketsInit
  // oldest use first, as a Map keeps the order of insertion
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(init: KeyedTokenBucketsInit) {
    if (!Number.isInteger(init.maxKeys) || init.maxKeys < 1) {
      throw new InvalidParametersError('maxKeys must be a whole number above zero')
    }
    this.#init = init
  }

  /** How many keys are remembered now. */
  get size(): number {
    return this.#buckets.size
  }

  /** Takes all `n` tokens of this key, or none and says false. */
  take(key: string, n = 1): boolean {
    return this.#use(key).take(n)
  }

  /** See {@link TokenBucket.retryAfterMs}; an unknown key has a full bucket. */
  retryAfterMs(key: string, n = 1): number {
    return (this.#buckets.get(key) ?? new TokenBucket(this.#init)).retryAfterMs(n)
  }

  #use(key: string): TokenBucket {
    const known = this.#buckets.get(key)
    if (known === undefined) this.#makeRoom()
    const bucket = known ?? new TokenBucket(this.#init)
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    return bucket
  }

  // stops at the first that is not full: a flood of new keys then costs one look each
  #makeRoom(): void {
    if (this.#buckets.size < this.#init.maxKeys) return
    let forced = true
    for (const [key, bucket] of this.#buckets) {
      if (!forced && !bucket.full) return
      forced = false
      this.#buckets.delete(key)
    }
  }
}
