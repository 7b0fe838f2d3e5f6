import { nextSeed } from './choose-seeds.ts'
import { ASKED_SEEDS } from './constants.ts'
import type { SampledPeer } from './answer.ts'
import type { Askable } from './choose-seeds.ts'

/** Who is asked in one round, and what they answer: enough, and of different networks if there are such. */
export class Asked {
  readonly answers: SampledPeer[][] = []
  /** Ends when enough have answered. */
  readonly signal: AbortSignal
  readonly #left: Askable[]
  /** Those who have answered, and those who still may. */
  readonly #counting = new Set<Askable>()
  readonly #enough = new AbortController()

  /** @param ordered - in which order to ask, as far as networks do not matter */
  constructor(ordered: readonly Askable[], signal: AbortSignal) {
    this.#left = [...ordered]
    this.signal = AbortSignal.any([signal, this.#enough.signal])
  }

  /** Whom to ask now; nobody when it is over. */
  next(): Askable | undefined {
    const seed = this.signal.aborted ? undefined : nextSeed(this.#left, [...this.#counting])
    if (seed === undefined) return undefined
    this.#left.splice(this.#left.indexOf(seed), 1)
    this.#counting.add(seed)
    return seed
  }

  /** Never rejects. */
  async take(seed: Askable, answering: Promise<SampledPeer[] | undefined>): Promise<void> {
    const answer = await answering.catch(() => undefined)
    if (answer === undefined) this.#counting.delete(seed)
    else if (this.answers.push(answer) >= ASKED_SEEDS) this.#enough.abort()
  }
}
