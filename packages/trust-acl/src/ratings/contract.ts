/** Each from 0 (never) to 1 (always); absent if the rater does not know. */
export interface Scores {
  readonly reachability?: number
  readonly relayQuality?: number
  readonly uptime?: number
}

export type Measure = keyof Scores

export const MEASURES: readonly Measure[] = ['reachability', 'relayQuality', 'uptime']

/** What one node says of another; peers by their id as text. */
export interface PeerRating {
  readonly rater: string
  readonly peer: string
  readonly scores: Scores
  readonly addresses: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly ratedAt: number
}

/** What this node measured of a peer itself. */
export interface OwnExperience {
  readonly scores: Scores
  /** How many measurements, after decay. */
  readonly weight: number
  /** From the first to the last, in milliseconds. */
  readonly spanMs: number
}

/** The levels that ratings can give. */
export type RatedTrustLevel = 'peer' | 'marginal'
