import { WaystoneError } from '@waystone/interface'
import type { TrustDecision } from '@waystone/interface'

/** The trust database does not let this peer do that. */
export class TrustDeniedError extends WaystoneError {
  static override readonly name = 'TrustDeniedError'
  /** The function that the peer lacks. */
  readonly trustFunction: string
  /** Why, for the operator of this node. */
  readonly reason: string

  constructor(trustFunction: string, { reason }: TrustDecision) {
    super(`this needs the function ${trustFunction}: ${reason}`, {
      hint: `See waystone trust explain PEER ${trustFunction}.`
    })
    this.trustFunction = trustFunction
    this.reason = reason
  }
}
