import type { TrustLevel } from '@waystone/interface'
import type { EntryLevel } from '../contract.ts'

/** From least to most. */
export const LEVELS: readonly TrustLevel[] = Object.freeze([
  'blocked',
  'none',
  'peer',
  'marginal',
  'trusted',
  'advanced',
  'ultimate'
])

/** The place of each level in {@link LEVELS}. */
export const RANK: Readonly<Record<TrustLevel, number>> = Object.freeze({
  blocked: 0,
  none: 1,
  peer: 2,
  marginal: 3,
  trusted: 4,
  advanced: 5,
  ultimate: 6
})

/** Whether an entry can have this level: `none` is what strangers have. */
export function isEntryLevel(text: string): text is EntryLevel {
  return text !== 'none' && Object.hasOwn(RANK, text)
}
