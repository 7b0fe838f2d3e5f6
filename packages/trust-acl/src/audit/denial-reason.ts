/** Why something was denied, as few words as metrics need. */
export type DenialReason = 'rule' | 'blocked' | 'override' | 'strict' | 'level' | 'other'

/** How the sentences of decisions begin or end; labels in them stand in quotes in the middle. */
const SENTENCES: ReadonlyArray<readonly [DenialReason, RegExp]> = [
  ['rule', /^[\da-f.:]+ is denied by the (default )?rule/],
  ['blocked', /^blocked by "/],
  ['override', /\(override\)$/],
  ['strict', /\(strict\)$/],
  ['level', / is denied at level [a-z]+$/]
]

/** The kind of a reason that a decision gives in a sentence. */
export function denialReason(reason: string): DenialReason {
  return SENTENCES.find(([, pattern]) => pattern.test(reason))?.[0] ?? 'other'
}
