import type { PeerId } from '@libp2p/interface'

/** Who wants something. */
export interface TrustSubject {
  peer: PeerId
}

/** The answer to "may this subject do that?", with one short sentence for logs. */
export interface TrustDecision {
  allow: boolean
  reason: string
}

/**
 * Says who may do what. Functions are names such as `admin` or `tunnel:web`;
 * whatever takes part in the decision is the policy's own.
 */
export interface TrustPolicy {
  decide(subject: TrustSubject, trustFunction: string): TrustDecision
}

/** Who is meant by a grant: everybody, or these peers by id. */
export type TrustGrantees = 'anyone' | readonly PeerId[]

/** A policy that can be told, while it runs, to allow more. */
export interface GrantingTrustPolicy extends TrustPolicy {
  /** Allows a function until the returned function is called. */
  grant(trustFunction: string, grantees: TrustGrantees): () => void
}
