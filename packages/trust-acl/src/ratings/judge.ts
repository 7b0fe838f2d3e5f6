import {
  AGREEING_PART,
  BAD_SCORE,
  FAIR_SCORE,
  GOOD_SCORE,
  LONG_SPAN_MS,
  LONG_WEIGHT,
  MARGINAL_RATERS,
  MAX_RATING_AGE_MS,
  MAX_SKEW_MS,
  OWN_SAY_WEIGHT,
  PEER_RATERS
} from './constants.ts'
import { decay } from './tally.ts'
import { MEASURES } from './contract.ts'
import type { OwnExperience, PeerRating, RatedTrustLevel, Scores } from './contract.ts'

export interface Evidence {
  /** Of one peer, by any number of raters, in any order, also several of one rater. */
  ratings: readonly PeerRating[]
  own?: OwnExperience | undefined
  /** Milliseconds since the Unix epoch. */
  now: number
}

interface Opinion {
  score: number
  weight: number
}

/**
 * The level that ratings give a peer. Pure; no evidence gives more than
 * `marginal`. A rater counts once, by its newest rating, and as much as any
 * other one of the same age.
 *
 * - Bad own experience outdoes everybody: no level.
 * - `marginal`: three raters who agree that it is good and two thirds of all
 *   who have an opinion, or a week of good own experience.
 * - `peer`: two raters who agree, or some own experience.
 */
export function judge({ ratings, own, now }: Evidence): RatedTrustLevel | undefined {
  const ownScore = own === undefined ? undefined : overall(own.scores)
  const ownWeight = ownScore === undefined ? 0 : (own?.weight ?? 0)
  if (ownScore !== undefined && ownWeight >= OWN_SAY_WEIGHT && ownScore < BAD_SCORE) return undefined
  const opinions = opinionsOf(ratings, now)
  const score = combined(opinions, ownScore, ownWeight)
  const agreeing = agreement(opinions)
  const isLong = ownWeight >= LONG_WEIGHT && (own?.spanMs ?? 0) >= LONG_SPAN_MS
  if (score >= GOOD_SCORE && (isLong || agreeing >= MARGINAL_RATERS)) return 'marginal'
  return score >= FAIR_SCORE && (ownWeight >= OWN_SAY_WEIGHT || agreeing >= PEER_RATERS) ? 'peer' : undefined
}

/** The mean of what is known, or nothing. */
export function overall(scores: Scores): number | undefined {
  const known = MEASURES.flatMap(measure => scores[measure] ?? [])
  return known.length === 0 ? undefined : known.reduce((sum, score) => sum + score, 0) / known.length
}

// own measurements dominate: two of them count as much as all raters together
function combined(opinions: Opinion[], ownScore: number | undefined, ownWeight: number): number {
  const weight = opinions.reduce((sum, opinion) => sum + opinion.weight, 0)
  const others = weight === 0 ? undefined : opinions.reduce((sum, each) => sum + each.score * each.weight, 0) / weight
  if (ownScore === undefined) return others ?? 0
  const share = others === undefined ? 1 : ownWeight / (ownWeight + 2)
  return share * ownScore + (1 - share) * (others ?? 0)
}

function agreement(opinions: Opinion[]): number {
  const agreeing = opinions.filter(({ score }) => score >= GOOD_SCORE).length
  return agreeing >= opinions.length * AGREEING_PART ? agreeing : 0
}

// sorted, so that sums are the same to the last bit in whatever order ratings come
function opinionsOf(ratings: readonly PeerRating[], now: number): Opinion[] {
  const newest = new Map<string, PeerRating>()
  for (const rating of ratings) {
    const age = now - rating.ratedAt
    if (age > MAX_RATING_AGE_MS || age < -MAX_SKEW_MS || overall(rating.scores) === undefined) continue
    const known = newest.get(rating.rater)
    if (known === undefined || isNewer(rating, known)) newest.set(rating.rater, rating)
  }
  const opinions = [...newest.values()].map(({ scores, ratedAt }) => {
    return { score: overall(scores) ?? 0, weight: decay(now - ratedAt) }
  })
  return opinions.sort((a, b) => a.score - b.score || a.weight - b.weight)
}

// of two at the same time the worse one, so that the order does not matter
function isNewer(rating: PeerRating, known: PeerRating): boolean {
  if (rating.ratedAt !== known.ratedAt) return rating.ratedAt > known.ratedAt
  return (overall(rating.scores) ?? 0) < (overall(known.scores) ?? 0)
}
