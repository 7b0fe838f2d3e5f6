import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Who wants something. */
export interface TrustSubject {
  peer: PeerId
  /** Where it comes from or is dialled, if address rules are to count. */
  address?: Multiaddr | undefined
  /** Whether it came or is dialled; matters for peers that are to be reached at no other address. Absent means either. */
  direction?: 'inbound' | 'outbound' | undefined
}

/** The same, also by a peer id in base58: whoever looks through 100,000 records makes no `PeerId` of each. */
export interface ExplainedSubject extends Omit<TrustSubject, 'peer'> {
  peer: PeerId | string
}

/** The answer to "may this subject do that?", with one short sentence for logs. */
export interface TrustDecision {
  allow: boolean
  reason: string
}

/** From least to most; a peer that nobody knows has `none`. */
export type TrustLevel = 'blocked' | 'none' | 'peer' | 'marginal' | 'trusted' | 'advanced' | 'ultimate'

/**
 * Says who may do what. Functions are names such as `admin` or `tunnel:web`;
 * whatever takes part in the decision is the policy's own.
 */
export interface TrustPolicy {
  /** For something that is wanted now: a denial is counted and kept for the operator. */
  decide(subject: TrustSubject, trustFunction: string): TrustDecision
}

/** Who is meant by a grant: everybody, or these peers by id. */
export type TrustGrantees = 'anyone' | readonly PeerId[]

/** A policy that can be told, while it runs, to allow more. */
export interface GrantingTrustPolicy extends TrustPolicy {
  /** Allows a function until the returned function is called. */
  grant(trustFunction: string, grantees: TrustGrantees): () => void
}

/** A node that a trust file or the operator names. */
export interface TrustedNode {
  /** Its peer id in base58: there may be 100,000 nodes, and making a `PeerId` takes 15 µs. */
  readonly id: string
  /** Made of `id` when it is asked for first. */
  readonly peer: PeerId
  readonly label: string
  readonly level: TrustLevel
  /** Multiaddrs as text, without the peer id; may be empty. */
  readonly addresses: readonly string[]
  /** Whether the peer is to be reached at no other address. */
  readonly strict: boolean
}

/** What services plan by: the policy, and whom it knows. */
export interface NodeTrust extends GrantingTrustPolicy {
  /** The answer of {@link TrustPolicy.decide} for plans and views: nothing is counted. */
  explain(subject: ExplainedSubject, trustFunction: string): TrustDecision
  levelOf(peer: PeerId): TrustLevel
  /** The known nodes that may have this function, highest level first; the same list while nothing has changed. */
  nodes(trustFunction: string): readonly TrustedNode[]
  /** Calls back after each change of what is allowed or known; until the returned function is called. */
  onChange(listener: () => void): () => void
}

/** Work that a peer had running under a function, and that was ended. */
export interface EndedWork {
  peer: PeerId
  trustFunction: string
}

/** See {@link EndsDeniedWork}. */
export const endDeniedSymbol: unique symbol = Symbol.for('@waystone/end-denied')

/** A service whose work runs under functions of its own, such as calls and tunnels: when trust changes it ends what may not go on. */
export interface EndsDeniedWork {
  [endDeniedSymbol](isAllowed: (peer: PeerId, trustFunction: string) => boolean): EndedWork[]
}
