import { KeyedTokenBuckets } from '@waystone/kit'
import { MAX_QUOTA_KEYS } from '../constants.ts'
import { QuotaExceededError } from '../errors.ts'
import type { Clock, TrustLevel } from '@waystone/interface'
import type { Quotas } from '../contract.ts'

const MINUTE_S = 60
const HOUR_S = 3_600

/** Whose quota is used. */
export interface QuotaHolder {
  /** Peer id or network address. */
  key: string
  level: TrustLevel
}

/** What each caller may still use. Another level is another quota, from the moment on that the peer has it. */
export class QuotaBook {
  readonly #quotas: Quotas
  readonly #clock: Clock
  readonly #buckets = new Map<string, KeyedTokenBuckets>()

  constructor(quotas: Quotas, clock: Clock) {
    this.#quotas = quotas
    this.#clock = clock
  }

  /** @throws QuotaExceededError */
  takeCall(holder: QuotaHolder): void {
    const perMinute = this.#quotas[holder.level]?.callsPerMinute ?? 0
    this.#take('calls', holder, { capacity: perMinute, seconds: MINUTE_S, count: 1 })
  }

  /** @throws QuotaExceededError */
  takeBytes(holder: QuotaHolder, count: number): void {
    const perHour = this.#quotas[holder.level]?.bytesPerHour ?? 0
    this.#take('bytes', holder, { capacity: perHour, seconds: HOUR_S, count })
  }

  #take(
    what: 'calls' | 'bytes',
    { key, level }: QuotaHolder,
    { capacity, seconds, count }: { capacity: number; seconds: number; count: number }
  ): void {
    if (capacity <= 0) throw new QuotaExceededError(what, Infinity)
    const buckets = this.#bucketsOf(`${what} ${level}`, capacity, capacity / seconds)
    if (!buckets.take(key, count)) throw new QuotaExceededError(what, buckets.retryAfterMs(key, count))
  }

  #bucketsOf(name: string, capacity: number, refillPerSecond: number): KeyedTokenBuckets {
    const known = this.#buckets.get(name)
    if (known !== undefined) return known
    const made = new KeyedTokenBuckets({ capacity, refillPerSecond, maxKeys: MAX_QUOTA_KEYS, clock: this.#clock })
    this.#buckets.set(name, made)
    return made
  }
}
