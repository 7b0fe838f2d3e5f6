import type { NetworkCaps } from './constants.ts'
import type { Network } from './network.ts'

export interface DiversityCaps extends NetworkCaps {
  /** Whether local networks are left out: each is one network for all of its peers. */
  readonly exemptPrivate: boolean
}

/** Counts peers by network, and says who is one too many. */
export class Diversity {
  readonly #caps: DiversityCaps
  readonly #counts = new Map<string, number>()

  constructor(caps: DiversityCaps) {
    this.#caps = caps
  }

  /** Counts a peer in all its networks, or in none and says false. A peer without any is not counted. */
  take(networks: readonly Network[]): boolean {
    const keys = keysOf(networks, this.#caps.exemptPrivate)
    const { narrow, wide } = this.#caps
    const isFull = keys.some(key => (this.#counts.get(key) ?? 0) >= (key.startsWith('n') ? narrow : wide))
    if (!isFull) for (const key of keys) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    return !isFull
  }
}

function keysOf(networks: readonly Network[], exemptPrivate: boolean): string[] {
  const counted = networks.filter(({ isPrivate }) => !(isPrivate && exemptPrivate))
  return [...new Set(counted.flatMap(({ narrow, wide }) => [`n${narrow}`, `w${wide}`]))]
}
