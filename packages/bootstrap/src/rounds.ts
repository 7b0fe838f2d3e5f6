import { abortable, backoffDelay } from '@waystone/kit'
import { ENOUGH_PEERS, RETRY_BACKOFF, ROUND_MS } from './constants.ts'
import { dialSampled } from './sampled-dials.ts'
import type { Parts } from './parts.ts'
import type { Sampler } from './sampler.ts'
import type { SampledDialsInit } from './sampled-dials.ts'

/** Rounds that pass without anybody being asked while no seed is connected. */
const PATIENT_ROUNDS = 2

export interface RoundsInit extends Omit<SampledDialsInit, 'signal'> {
  sampler: Sampler
  /** Whether good peers suffice for now. */
  isEnough: () => boolean
  settled: (options: { signal: AbortSignal }) => Promise<void>
}

/** Asks seeds for peers: soon if there are too few, and once in a while in any case. */
export class Rounds {
  readonly #parts: Parts
  readonly #init: RoundsInit
  #look: (() => void) | undefined

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
      for (let failures = this.#init.isEnough() ? 0 : await this.#round(0, signal); ;) {
        await this.#wait(failures, signal)
        failures = await this.#round(failures, signal)
      }
    } catch (error) {
      if (!signal.aborted) this.#parts.log.error('seeds are not asked any more - %e', error)
    }
  }

  /** @returns how often in a row it was in vain now */
  async #round(failures: number, signal: AbortSignal): Promise<number> {
    const { sampler, isEnough } = this.#init
    if (failures > 0 && isEnough()) return 0
    // seeds are being looked for: asking them would only be a second dial
    if (failures < PATIENT_ROUNDS && !isEnough() && !sampler.isAnyConnected()) return failures + 1
    const peers = await sampler.sample(signal)
    await dialSampled(this.#parts, peers, { ...this.#init, signal })
    return peers.length >= ENOUGH_PEERS ? 0 : failures + 1
  }

  async #wait(failures: number, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#parts
    signal.throwIfAborted()
    const chance = random.number()
    const ms = failures === 0 ? ROUND_MS * (0.5 + chance) : backoffDelay(failures - 1, RETRY_BACKOFF, chance)
    const woken = Promise.withResolvers<void>()
    const timer = clock.setTimeout(woken.resolve, ms)
    if (failures > 0) this.#look = woken.resolve
    try {
      await abortable(woken.promise, signal)
    } finally {
      timer.clear()
      this.#look = undefined
    }
  }
}
