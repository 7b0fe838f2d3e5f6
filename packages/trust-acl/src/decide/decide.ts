import { CONNECT } from '../model/functions.ts'
import { LEVELS, RANK } from '../model/levels.ts'
import { liftedRank, overrideOf } from './standing.ts'
import { strictRefusal } from './strict-remotes.ts'
import type { TrustDecision, TrustLevel } from '@waystone/interface'
import type { DecisionSubject } from './contract.ts'
import type { KnownSubject } from './subjects.ts'
import type { DecisionView } from './view.ts'

const SELF: TrustDecision = Object.freeze({ allow: true, reason: 'this node itself' })

/**
 * Whether a subject may do something, and why. Pure: the same view, subject,
 * function and time give the same answer. In this order:
 *
 * 1. address rules, of which only a denial ends the decision;
 * 2. whoever any live entry blocks may do nothing;
 * 3. this node itself may do everything;
 *    (for `connect` only: a peer with strict remotes is refused elsewhere;)
 * 4. a negative override in any live entry;
 * 5. a positive override in any live entry, or a grant;
 * 6. the matrix, at the highest level of the live entries.
 *
 * @param now - milliseconds since the Unix epoch
 */
// oxlint-disable-next-line max-params -- the four things that a decision depends on
export function decide(
  view: DecisionView,
  subject: DecisionSubject,
  trustFunction: string,
  now: number
): TrustDecision {
  const ruled = subject.address === undefined ? undefined : view.rules?.check(subject.address)
  if (ruled?.allow === false) return ruled
  const known = view.subjects.of(subject.peer, now)
  if (known.blocked !== undefined) return known.blocked
  if (known.isSelf) return SELF
  const misplaced = trustFunction === CONNECT ? strictRefusal(known.mention, subject, now) : undefined
  if (misplaced !== undefined) return misplaced
  const override = known.hasOverrides ? overrideOf(known.mention, trustFunction, now) : undefined
  return (
    override ??
    view.grants.answer(known.text, trustFunction) ??
    view.matrix.answerAt(trustFunction, lifted(view, known))
  )
}

/** The level of a peer, as the matrix sees it. Pure. */
export function levelOf(view: DecisionView, peer: DecisionSubject['peer'], now: number): TrustLevel {
  const known = view.subjects.of(peer, now)
  return known.blocked === undefined ? (LEVELS[lifted(view, known)] ?? 'none') : 'blocked'
}

function lifted({ ratedLevel }: DecisionView, { text, rank }: KnownSubject): number {
  return rank >= RANK.marginal ? rank : liftedRank(rank, ratedLevel(text))
}
