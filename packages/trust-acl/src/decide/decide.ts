import { CONNECT } from '../model/functions.ts'
import { liftedLevel, standingOf } from './standing.ts'
import { strictRefusal } from './strict-remotes.ts'
import type { TrustDecision, TrustLevel } from '@waystone/interface'
import type { DecisionSubject, DecisionView, Standing } from './contract.ts'

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
  const peer = subject.peer.toString()
  const mention = view.index.get(peer)
  const standing = standingOf(mention, trustFunction, now)
  if (standing.blockedBy !== undefined) return denied(`blocked by "${standing.blockedBy.label}"`)
  if (peer === view.self) return { allow: true, reason: 'this node itself' }
  const misplaced = trustFunction === CONNECT ? strictRefusal(mention, subject, now) : undefined
  return (
    misplaced ??
    exception(standing, trustFunction) ??
    granted(view, peer, trustFunction) ??
    byLevel(view, { peer, standing, trustFunction })
  )
}

/** The level of a peer, as the matrix sees it. Pure. */
export function levelOf(view: DecisionView, peer: string, now: number): TrustLevel {
  const { blockedBy, level } = standingOf(view.index.get(peer), '', now)
  return blockedBy === undefined ? liftedLevel(level, view.ratedLevel(peer)) : 'blocked'
}

function exception({ deniedBy, allowedBy }: Standing, trustFunction: string): TrustDecision | undefined {
  if (deniedBy !== undefined) return denied(`${trustFunction} is denied by "${deniedBy.label}" (override)`)
  if (allowedBy === undefined) return undefined
  return { allow: true, reason: `${trustFunction} is allowed by "${allowedBy.label}" (override)` }
}

function granted({ grants }: DecisionView, peer: string, trustFunction: string): TrustDecision | undefined {
  return grants.answer(peer, trustFunction)
}

interface LevelQuestion {
  peer: string
  standing: Standing
  trustFunction: string
}

function byLevel(view: DecisionView, { peer, standing, trustFunction }: LevelQuestion): TrustDecision {
  return view.matrix.answer(trustFunction, liftedLevel(standing.level, view.ratedLevel(peer)))
}

function denied(reason: string): TrustDecision {
  return { allow: false, reason }
}
