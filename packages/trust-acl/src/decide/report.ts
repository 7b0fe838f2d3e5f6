import { FUNCTIONS } from '../model/functions.ts'
import { decide, levelOf } from './decide.ts'
import { isLive } from './standing.ts'
import type { TrustDecision, TrustLevel, TrustSubject } from '@waystone/interface'
import type { Voice } from './contract.ts'
import type { DecisionView } from './view.ts'

/** Everything that the node makes of a peer. */
export interface TrustReport {
  /** Peer id in base58. */
  readonly peer: string
  readonly level: TrustLevel
  /** What ratings of others would give. */
  readonly ratedLevel: 'peer' | 'marginal' | undefined
  readonly entries: readonly ReportedEntry[]
  /** What the rules say of the address, if one was given. */
  readonly rule: TrustDecision | undefined
  readonly answers: readonly ReportedAnswer[]
}

/** One place at which the peer is named. */
export interface ReportedEntry {
  readonly label: string
  /** The label of the node within a trust file; empty for a single peer. */
  readonly node: string
  readonly level: TrustLevel
  readonly trustedFunctions: Readonly<Record<string, boolean>>
  /** Why it does not count, if it does not. */
  readonly ignored: string | undefined
}

export interface ReportedAnswer extends TrustDecision {
  readonly function: string
}

/** Pure. @param now - milliseconds since the Unix epoch */
export function reportOn(
  view: DecisionView,
  subject: TrustSubject,
  functions: readonly string[],
  now: number
): TrustReport {
  const peer = subject.peer.toString()
  return {
    peer,
    level: levelOf(view, peer, now),
    ratedLevel: view.ratedLevel(peer),
    entries: entriesOf(view, peer, now),
    rule: subject.address === undefined ? undefined : view.rules?.check(subject.address),
    answers: functions.map(name => ({ function: name, ...decide(view, subject, name, now) }))
  }
}

/** The fourteen, this node's own, and whatever the config, an entry or a grant names. Pure. */
export function allFunctions({ matrix, grants, index }: DecisionView): string[] {
  const overrides = [...index.spoken()].flatMap(({ voice }) => [...(voice.functions?.keys() ?? [])])
  return [
    ...new Set([
      ...Object.keys(FUNCTIONS),
      ...matrix.rows.map(row => row.function),
      ...grants.functions(),
      ...overrides
    ])
  ]
}

function entriesOf({ index }: DecisionView, peer: string, now: number): ReportedEntry[] {
  const found: ReportedEntry[] = []
  for (let at = index.get(peer); at !== undefined; at = at.next) {
    const { label, level, functions } = at.voice
    const trustedFunctions = Object.fromEntries([...(functions ?? [])].map(([name, { allow }]) => [name, allow]))
    found.push({ label, node: at.node.label, level, trustedFunctions, ignored: ignoredBecause(at.voice, now) })
  }
  return found
}

function ignoredBecause(voice: Voice, now: number): string | undefined {
  return isLive(voice, now) ? undefined : 'its level has ended, or its trust file is too old'
}
