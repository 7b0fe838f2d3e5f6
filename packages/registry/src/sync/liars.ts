import { backoffDelay } from '@waystone/kit'
import { HOSTILE_BACKOFF, MAX_PARTNERS } from './constants.ts'
import type { Clock } from '@waystone/interface'

interface Liar {
  lies: number
  /** On the monotonic clock, in milliseconds. */
  until: number
}

/** Peers whose gossip was garbage: nothing of them is looked at for a growing time. Bounded: the oldest go first. */
export class Liars {
  readonly #clock: Clock
  readonly #byId = new Map<string, Liar>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  has(id: string): boolean {
    return (this.#byId.get(id)?.until ?? -Infinity) > this.#clock.monotonic()
  }

  lied(id: string): void {
    const lies = this.#byId.get(id)?.lies ?? 0
    // nobody else waits for the same moment: no jitter
    const until = this.#clock.monotonic() + backoffDelay(lies, HOSTILE_BACKOFF, 1)
    this.#byId.delete(id)
    this.#byId.set(id, { lies: lies + 1, until })
    const [oldest] = this.#byId.keys()
    if (this.#byId.size > MAX_PARTNERS && oldest !== undefined) this.#byId.delete(oldest)
  }

  /** What it sent was good. */
  told(id: string): void {
    this.#byId.delete(id)
  }
}
