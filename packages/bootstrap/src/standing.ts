import { MAX_STANDINGS, POOR_STANDING, STANDING_MIN_TRIED, STANDING_WEIGHT } from './constants.ts'

interface Tally {
  readonly alive: number
  readonly dead: number
}

/** How much of what seeds handed out was alive. */
export class Standings {
  // longest not touched first, as a Map keeps the order of insertion
  readonly #tallies = new Map<string, Tally>()

  /** @returns whether the seed has just become a poor one */
  note(seed: string, tried: Tally): boolean {
    const wasPoor = this.isPoor(seed)
    const next = added(this.#tallies.get(seed) ?? { alive: 0, dead: 0 }, tried)
    this.#tallies.delete(seed)
    this.#tallies.set(seed, next)
    const [oldest] = this.#tallies.keys()
    if (this.#tallies.size > MAX_STANDINGS && oldest !== undefined) this.#tallies.delete(oldest)
    return !wasPoor && this.isPoor(seed)
  }

  /** From 0 to 1; nothing if none of its peers was tried. */
  of(seed: string): number | undefined {
    const tally = this.#tallies.get(seed)
    return tally === undefined ? undefined : shareOf(tally)
  }

  isPoor(seed: string): boolean {
    const tally = this.#tallies.get(seed)
    return tally !== undefined && tally.alive + tally.dead >= STANDING_MIN_TRIED && shareOf(tally) < POOR_STANDING
  }
}

/** Begins in the middle: one dead peer does not make a bad seed. Pure. */
function shareOf({ alive, dead }: Tally): number {
  return (alive + 1) / (alive + dead + 2)
}

/** What is older loses its weight, so that a seed can mend. Pure. */
function added(old: Tally, { alive, dead }: Tally): Tally {
  const room = Math.max(0, STANDING_WEIGHT - alive - dead)
  const scale = Math.min(1, room / Math.max(1, old.alive + old.dead))
  return { alive: old.alive * scale + alive, dead: old.dead * scale + dead }
}
