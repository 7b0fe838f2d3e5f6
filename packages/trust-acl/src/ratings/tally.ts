import { HALF_LIFE_MS } from './constants.ts'

/** A mean in which what is long ago counts less: half as much for each half-life. */
export interface Tally {
  /** Sum of the values, each from 0 to 1, after decay. */
  readonly sum: number
  /** How many there were, after decay. */
  readonly weight: number
  /** When it was decayed last, in milliseconds since the Unix epoch. */
  readonly at: number
}

/** What is left of a weight after a time, from 0 to 1; a clock that went back takes nothing away. */
export function decay(ageMs: number): number {
  return 2 ** (-Math.max(0, ageMs) / HALF_LIFE_MS)
}

/** @param value - from 0 to 1 */
export function count(tally: Tally | undefined, value: number, at: number): Tally {
  const { sum, weight } = decayed(tally, at)
  return { sum: sum + value, weight: weight + 1, at: Math.max(at, tally?.at ?? 0) }
}

export function decayed(tally: Tally | undefined, at: number): Tally {
  if (tally === undefined) return { sum: 0, weight: 0, at }
  const left = decay(at - tally.at)
  return { sum: tally.sum * left, weight: tally.weight * left, at }
}

/** The mean, or nothing if nothing was counted. */
export function meanOf(tally: Tally | undefined): number | undefined {
  if (tally === undefined || tally.weight <= 0) return undefined
  return Math.min(1, Math.max(0, tally.sum / tally.weight))
}
