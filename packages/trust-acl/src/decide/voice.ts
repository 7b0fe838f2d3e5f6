import { RANK } from '../model/levels.ts'
import type { TrustDecision } from '@waystone/interface'
import type { TrustEntry } from '../contract.ts'
import type { Voice } from './contract.ts'

/** An entry as decisions need it: its answers are made once, not for each question. Pure. @param endsAt - see {@link Voice} */
export function createVoice(
  {
    pubkey,
    label,
    trustlevel,
    trustedFunctions
  }: Pick<TrustEntry, 'pubkey' | 'label' | 'trustlevel' | 'trustedFunctions'>,
  endsAt: number
): Voice {
  const overrides = Object.entries(trustedFunctions)
  const answers = overrides.map(([name, allow]): [string, TrustDecision] => [name, overrideBy(label, name, allow)])
  return {
    id: pubkey,
    label,
    level: trustlevel,
    rank: RANK[trustlevel],
    blocked: trustlevel === 'blocked' ? Object.freeze({ allow: false, reason: `blocked by "${label}"` }) : undefined,
    functions: answers.length === 0 ? undefined : new Map(answers),
    endsAt,
    mortal: endsAt !== Number.POSITIVE_INFINITY
  }
}

function overrideBy(label: string, trustFunction: string, allow: boolean): TrustDecision {
  return Object.freeze({
    allow,
    reason: `${trustFunction} is ${allow ? 'allowed' : 'denied'} by "${label}" (override)`
  })
}
