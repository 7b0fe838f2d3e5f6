import { RANK } from '../model/levels.ts'
import type { TrustDecision } from '@waystone/interface'
import type { Mention, RatedLevel, Voice } from './contract.ts'

/** Whether an entry counts at this time, in milliseconds since the Unix epoch. */
export function isLive(voice: Voice, now: number): boolean {
  return !voice.mortal || now < voice.endsAt
}

// Asked for every stream: nothing is allocated, and most peers are named at one place.

/** The answer of a live entry that blocks the peer. Pure. */
export function blockedBy(mention: Mention | undefined, now: number): TrustDecision | undefined {
  for (let at = mention; at !== undefined; at = at.next) {
    if (at.voice.blocked !== undefined && isLive(at.voice, now)) return at.voice.blocked
  }
  return undefined
}

/** The answer of an override in a live entry: one that denies, or else one that allows. Pure. */
export function overrideOf(
  mention: Mention | undefined,
  trustFunction: string,
  now: number
): TrustDecision | undefined {
  let found: TrustDecision | undefined
  for (let at = mention; at !== undefined; at = at.next) {
    const override = at.voice.functions?.get(trustFunction)
    if (override === undefined || !isLive(at.voice, now)) continue
    if (!override.allow) return override
    found = override
  }
  return found
}

/** The place of the highest level of the live entries; that of `none` without any. Pure. */
export function rankOf(mention: Mention | undefined, now: number): number {
  let rank = RANK.none
  for (let at = mention; at !== undefined; at = at.next) {
    if (at.voice.rank > rank && isLive(at.voice, now)) rank = at.voice.rank
  }
  return rank
}

/** The place of a level with what others say of the peer, which lifts nobody above `marginal`. Pure. */
export function liftedRank(rank: number, rated: ReturnType<RatedLevel>): number {
  if (rated === undefined || rank >= RANK.marginal) return rank
  return Math.max(rank, rated === 'marginal' ? RANK.marginal : RANK.peer)
}
