import { RANK } from '../model/levels.ts'
import type { TrustLevel } from '@waystone/interface'
import type { Mention, RatedLevel, Standing, Voice } from './contract.ts'

/** Whether an entry counts at this time, in milliseconds since the Unix epoch. */
export function isLive(voice: Voice, now: number): boolean {
  return now < voice.endsAt
}

/** What the places at which a peer is named come to. Pure. */
export function standingOf(mention: Mention | undefined, trustFunction: string, now: number): Standing {
  const standing: Standing = { blocked: undefined, override: undefined, level: 'none' }
  for (let at = mention; at !== undefined; at = at.next) {
    if (isLive(at.voice, now)) hear(standing, at.voice, trustFunction)
  }
  return standing
}

function hear(standing: Standing, voice: Voice, trustFunction: string): void {
  if (voice.blocked !== undefined) {
    standing.blocked = voice.blocked
    return
  }
  const override = voice.functions?.get(trustFunction)
  if (override !== undefined && standing.override?.allow !== false) standing.override = override
  if (RANK[voice.level] > RANK[standing.level]) standing.level = voice.level
}

/** The level with what others say of the peer, which lifts nobody above `marginal`. Pure. */
export function liftedLevel(level: TrustLevel, rated: ReturnType<RatedLevel>): TrustLevel {
  if (rated === undefined || RANK[level] >= RANK.marginal) return level
  const lift = rated === 'marginal' ? 'marginal' : 'peer'
  return RANK[lift] > RANK[level] ? lift : level
}
