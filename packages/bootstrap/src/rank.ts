import { GOOD_PEER_AGE_MS, MAX_COUNTED_MEETINGS, RANK_HALF_LIFE_MS } from './constants.ts'
import { Diversity } from './diversity.ts'
import type { Random } from '@waystone/interface'
import type { DiversityCaps } from './diversity.ts'
import type { GoodPeerRow } from './good-peer-row.ts'

export type Ranked = Pick<GoodPeerRow, 'reachedAt' | 'meetings' | 'failures' | 'networks'>

/** How much a good peer is worth: by how often it was met, how long ago, and how often it was dialled in vain since. Pure. */
export function rankOf({ reachedAt, meetings, failures }: Ranked, now: number): number {
  const met = Math.min(MAX_COUNTED_MEETINGS, meetings)
  return met * 2 ** (-Math.max(0, now - reachedAt) / RANK_HALF_LIFE_MS - failures)
}

export function isForgotten({ reachedAt }: Ranked, now: number): boolean {
  return now - reachedAt >= GOOD_PEER_AGE_MS
}

export interface KeepInit {
  now: number
  max: number
  caps: DiversityCaps
}

/** The best ones that fit into the caps, best first; the others are to be forgotten. Pure. */
export function keepBest<T extends Ranked>(rows: readonly T[], { now, max, caps }: KeepInit): T[] {
  const diversity = new Diversity(caps)
  const best = rows.filter(row => !isForgotten(row, now)).toSorted((a, b) => rankOf(b, now) - rankOf(a, now))
  const kept: T[] = []
  for (const row of best) {
    if (kept.length >= max) break
    if (diversity.take(row.networks)) kept.push(row)
  }
  return kept
}

export interface ChooseInit extends KeepInit {
  random: Random
}

/**
 * A choice by chance in which better ones are likelier and networks are
 * spread: two starts do not try the same, and nobody can tell whom. Pure but for the chance.
 */
export function chooseSpread<T extends Ranked>(rows: readonly T[], init: ChooseInit): T[] {
  const { now, max, caps, random } = init
  // the largest of so many draws as the weight says (Efraimidis and Spirakis), as logarithms: weights may be tiny
  const drawn = rows.map(row => ({ row, draw: Math.log(1 - random.number()) / Math.max(1e-9, rankOf(row, now)) }))
  drawn.sort((a, b) => b.draw - a.draw)
  const [diversity, chosen, rest]: [Diversity, T[], T[]] = [new Diversity(caps), [], []]
  for (const { row } of drawn) (diversity.take(row.networks) ? chosen : rest).push(row)
  // where there are few networks, peers of one are better than none
  return [...chosen, ...rest].slice(0, max)
}
