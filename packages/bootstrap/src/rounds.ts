import { abortable, backoffDelay } from '@waystone/kit'
import { ENOUGH_PEERS, RESTOCK_MS, RESTOCK_PATIENCE, RETRY_BACKOFF, ROUND_MS } from './constants.ts'
import { dialSampled } from './sampled-dials.ts'
import type { Parts } from './parts.ts'
import type { Sampler } from './sampler.ts'
import type { SampledDialsInit } from './sampled-dials.ts'

/** Rounds that pass without anybody being asked while no seed is connected. */
const PATIENT_ROUNDS = 2

/** As many vain rounds as make the wait long enough to see whether those that were reached last: up to 16 s. */
const HOPEFUL_FAILURES = 4

export interface RoundsInit extends Omit<SampledDialsInit, 'signal'> {
  sampler: Sampler
  /** Whether good peers suffice for now. */
  isEnough: () => boolean
  /** Whether so many are known that a start can do without some of them. */
  isStocked: () => boolean
  settled: (options: { signal: AbortSignal }) => Promise<void>
}

/** Asks seeds for peers: soon if there are too few, and once in a while in any case. */
export class Rounds {
  readonly #parts: Parts
  readonly #init: RoundsInit
  #look: (() => void) | undefined
  /** Rounds in a row that brought too little. */
  #failures = 0
  /** Rounds in a row after which few good peers were known. */
  #thinRounds = 0

  constructor(parts: Parts, init: RoundsInit) {
    this.#parts = parts
    this.#init = init
  }

  /** Somebody to ask may have come. */
  readonly wake = (): void => this.#look?.()

  /** Resolves when the signal ends, never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.#init.settled({ signal })
      if (this.#init.isEnough()) this.#thinRounds = RESTOCK_PATIENCE
      else await this.#round(signal)
      for (;;) {
        await this.#wait(signal)
        await this.#round(signal)
      }
    } catch (error) {
      if (!signal.aborted) this.#parts.log.error('seeds are not asked any more - %e', error)
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { sampler, isEnough } = this.#init
    const isRetry = this.#failures > 0
    this.#failures++
    // seeds are being looked for: asking them would only be a second dial
    const isTooSoon = this.#failures <= PATIENT_ROUNDS && !isEnough() && !sampler.isAnyConnected()
    if (isTooSoon) return
    const peers = isRetry && isEnough() ? [] : await sampler.sample(signal)
    const reached = await dialSampled(this.#parts, peers, { ...this.#init, signal })
    if (isEnough()) this.#failures = 0
    // they have to last before they are good
    else if (reached >= ENOUGH_PEERS) this.#failures = Math.max(this.#failures, HOPEFUL_FAILURES)
  }

  async #wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const woken = Promise.withResolvers<void>()
    const timer = this.#parts.clock.setTimeout(woken.resolve, this.#delay())
    if (this.#failures > 0) this.#look = woken.resolve
    try {
      await abortable(woken.promise, signal)
    } finally {
      timer.clear()
      this.#look = undefined
    }
  }

  /** Until the next round, in milliseconds. */
  #delay(): number {
    const chance = this.#parts.random.number()
    if (this.#failures > 0) return backoffDelay(this.#failures - 1, RETRY_BACKOFF, chance)
    this.#thinRounds = this.#init.isStocked() ? 0 : this.#thinRounds + 1
    const ms = this.#thinRounds === 0 ? ROUND_MS : Math.min(ROUND_MS, RESTOCK_MS * 2 ** (this.#thinRounds - 1))
    return ms * (0.5 + chance)
  }
}
