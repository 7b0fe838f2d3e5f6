import { backoffDelay } from '@waystone/kit'
import { toError } from '@waystone/kit/error-fields'
import { FIRST_WAIT_MS, LONGEST_PRESSING_WAIT_MS, SHORTEST_WAIT_MS } from './constants.ts'
import type { Clock, Random } from '@waystone/interface'
import type { Look, Source } from './source.ts'

export interface SourceLoopInit {
  source: Source
  clock: Clock
  random: Random
  /** Longest wait, in milliseconds. */
  intervalMs: number
  /** Whether somebody is looked for. */
  isNeeded: () => boolean
  /** @returns whether the source gave something else than before */
  onLook: (look: Look) => boolean
  onFailure: (error: Error) => void
}

/**
 * Looks at one source for ever. While nobody is needed, after each interval;
 * else as soon as what it said last is over, and with growing waits while it
 * says the same.
 */
export class SourceLoop {
  readonly source: Source
  readonly #init: SourceLoopInit
  #error: Error | undefined
  #lookedAt = Number.NEGATIVE_INFINITY
  #ttlMs = 0
  #repeats = 0
  #wasNeeded = false
  #random = 0
  #woken = Promise.withResolvers<void>()
  #isLooking = true

  constructor(init: SourceLoopInit) {
    this.source = init.source
    this.#init = init
  }

  get error(): Error | undefined {
    return this.#error
  }

  /** Milliseconds since the Unix epoch. */
  get nextLookAt(): number | undefined {
    const { clock } = this.#init
    return this.#isLooking ? undefined : Math.round(clock.now() + this.#left())
  }

  /** Resolves when the signal ends. Never rejects. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    while (!signal.aborted) {
      await this.look({ signal }).catch(() => undefined)
      await this.#wait(signal)
    }
  }

  /** Somebody may be needed now who was not before, or the other way round. */
  wake(): void {
    const isNeeded = this.#init.isNeeded()
    if (isNeeded === this.#wasNeeded) return
    this.#wasNeeded = isNeeded
    this.#repeats = 0
    this.#woken.resolve()
  }

  /** Looks now. Rejects as the source does. */
  async look({ signal }: { signal: AbortSignal }): Promise<Look> {
    this.#isLooking = true
    try {
      const look = await this.#init.source.look({ signal })
      this.#ended(look.faults[0], this.#init.onLook(look))
      this.#ttlMs = look.ttlMs ?? 0
      return look
    } catch (error) {
      signal.throwIfAborted()
      this.#ttlMs = 0
      this.#ended(toError(error), false)
      this.#init.onFailure(toError(error))
      throw error
    } finally {
      this.#isLooking = false
    }
  }

  #ended(error: Error | undefined, isNews: boolean): void {
    const { clock, random } = this.#init
    this.#error = error
    this.#repeats = isNews ? 0 : this.#repeats + 1
    this.#lookedAt = clock.monotonic()
    this.#random = random.number()
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { clock } = this.#init
    for (let left = this.#left(); left > 0 && !signal.aborted; left = this.#left()) {
      this.#woken = Promise.withResolvers()
      const over = new AbortController()
      // less than a millisecond may be lost in the rounding of a clock, and be waited for without an end
      const slept = clock
        .sleep(Math.max(1, left), { signal: AbortSignal.any([signal, over.signal]) })
        .catch(() => undefined)
      await Promise.race([slept, this.#woken.promise])
      over.abort()
    }
  }

  /** Milliseconds until the next look. */
  #left(): number {
    const { intervalMs, clock, isNeeded } = this.#init
    const isPressing = isNeeded() || this.#error !== undefined
    const repeats = isPressing ? this.#repeats : Number.MAX_SAFE_INTEGER
    const maxMs = isPressing && this.#ttlMs > 0 ? Math.min(intervalMs, LONGEST_PRESSING_WAIT_MS) : intervalMs
    const wait = Math.max(SHORTEST_WAIT_MS, backoffDelay(repeats, { baseMs: FIRST_WAIT_MS, maxMs }, this.#random))
    return Math.min(intervalMs, Math.max(wait, this.#ttlMs)) - (clock.monotonic() - this.#lookedAt)
  }
}
