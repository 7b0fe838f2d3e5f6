import { MAX_UNWANTED, UNWANTED_MS } from './constants.ts'
import type { Clock } from '@waystone/interface'
import type { ListedName } from './names.ts'

interface Refused {
  sequence: number
  /** On the monotonic clock, in milliseconds. */
  until: number
}

/** Records that came and were refused, so that they are not fetched again and again. Bounded: the oldest go first. */
export class Unwanted {
  readonly #clock: Clock
  readonly #max: number
  readonly #byHash = new Map<string, Refused>()

  constructor(clock: Clock, max = MAX_UNWANTED) {
    this.#clock = clock
    this.#max = max
  }

  get size(): number {
    return this.#byHash.size
  }

  has({ hash, sequence }: ListedName): boolean {
    if (this.#byHash.size === 0) return false
    const key = keyOf(hash)
    const refused = this.#byHash.get(key)
    if (refused === undefined || sequence > refused.sequence) return false
    if (refused.until > this.#clock.monotonic()) return true
    this.#byHash.delete(key)
    return false
  }

  add({ hash, sequence }: ListedName): void {
    const key = keyOf(hash)
    this.#byHash.delete(key)
    this.#byHash.set(key, { sequence, until: this.#clock.monotonic() + UNWANTED_MS })
    for (const oldest of this.#byHash.keys()) {
      if (this.#byHash.size <= this.#max) return
      this.#byHash.delete(oldest)
    }
  }

  /** Whoever was refused may be allowed now. */
  clear(): void {
    this.#byHash.clear()
  }
}

function keyOf(hash: Uint8Array): string {
  return String.fromCharCode(...hash)
}
