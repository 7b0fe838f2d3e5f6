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
