import type { TrustDecision, TrustSubject } from '@waystone/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { EntryLevel, TrustFileNode } from '../contract.ts'

/** An entry, as decisions need it. */
export interface Voice {
  /** The public key of the entry. */
  readonly id: string
  readonly label: string
  readonly level: EntryLevel
  /** The place of the level among all. */
  readonly rank: number
  /** The answer to everything, if it blocks. */
  readonly blocked: TrustDecision | undefined
  /** Overrides: the answers by function; undefined if there are none. */
  readonly functions: ReadonlyMap<string, TrustDecision> | undefined
  /** From when on it does not count, in milliseconds since the Unix epoch; may be infinite. */
  readonly endsAt: number
  /** Whether it ends at all: looking that up costs less than comparing times. */
  readonly mortal: boolean
}

/** What an entry says of a peer besides its level. */
export type NamedNode = Pick<TrustFileNode, 'label' | 'peer' | 'remotes' | 'remotesStrict'>

/** One place at which a peer is named; the next one follows. */
export interface Mention {
  readonly voice: Voice
  readonly node: NamedNode
  readonly next: Mention | undefined
}

/** Rules by address, in front of everything else. */
export interface AddressCheck {
  /** The answer of the rule or default that holds for an address; nothing if it has no IP. */
  check(address: Multiaddr): TrustDecision | undefined
}

/** Levels that ratings of others give. */
export type RatedLevel = (peer: string) => 'peer' | 'marginal' | undefined

/** A {@link TrustSubject}, or one with the peer id as text in base58. */
export interface DecisionSubject extends Omit<TrustSubject, 'peer'> {
  readonly peer: string | { toString(): string }
}
