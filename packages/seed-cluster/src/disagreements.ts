import { DIFFERING_MS, MAX_CLOCK_SKEW_MS } from './constants.ts'
import type { MemberSaid } from './contract.ts'

export interface DisagreementInit {
  said: MemberSaid
  /** The highest sequence that is known to be true: of the file that is here. */
  ownSequence: bigint
  /** It claims a newer file that nobody has. */
  isFalseClaim: boolean
  /** For how long all Hellos showed another registry than this node's, in milliseconds. */
  lag: number
  /** Two nodes run with its key. */
  isTwice: boolean
}

/** What is wrong with a member, in one sentence each. Pure. */
export function disagreementsOf(init: DisagreementInit): string[] {
  return [...fileOf(init), ...clockOf(init.said), ...registryOf(init), ...twiceOf(init)]
}

function* fileOf({ said: { fileSequence }, ownSequence, isFalseClaim }: DisagreementInit): Iterable<string> {
  if (isFalseClaim) yield `it claims a trust file ${fileSequence} that nobody has (newest ${ownSequence})`
  else if (fileSequence === 0n && ownSequence > 0n) yield `it has no trust file (newest ${ownSequence})`
  else if (fileSequence < ownSequence) yield `its trust file is older (${fileSequence}, newest ${ownSequence})`
  else if (fileSequence > ownSequence) yield `its trust file is newer (${fileSequence}, here ${ownSequence})`
}

function* clockOf({ clockOffset }: MemberSaid): Iterable<string> {
  if (isClockOff(clockOffset)) yield `its clock is ${describeOffset(clockOffset)} this node's`
}

function* registryOf({ lag, said: { records } }: DisagreementInit): Iterable<string> {
  if (lag >= DIFFERING_MS) yield `its registry (${records} records) has not been the same as here for a while`
}

function* twiceOf({ isTwice }: DisagreementInit): Iterable<string> {
  if (isTwice) yield 'two nodes run with its key'
}

/** @param offset - milliseconds */
export function isClockOff(offset: number): boolean {
  return Math.abs(offset) > MAX_CLOCK_SKEW_MS
}

/** Such as "3600 s ahead of". */
export function describeOffset(offset: number): string {
  return `${Math.round(Math.abs(offset) / 1_000)} s ${offset > 0 ? 'ahead of' : 'behind'}`
}
