import type { PeerCaller } from '@waystone/rpc'
import type { SignedRating } from '@waystone/wire/trust'

/** Takes the ratings of a caller and gives this node's. Whether the caller may is asked before. */
export interface RatingsExchange {
  exchange(caller: PeerCaller, ratings: readonly SignedRating[]): Promise<SignedRating[]> | SignedRating[]
}
