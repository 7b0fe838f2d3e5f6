import { MAX_RATINGS } from '@waystone/wire/trust-limits'
import { MAX_RATERS, MAX_RATING_AGE_MS } from './constants.ts'
import type { PeerRating } from './contract.ts'

/** The newest rating of each peer by each rater. They are asked for again after a restart. */
export class ReceivedRatings {
  /** By rater, longest not heard of first; then by rated peer, in the same order. */
  readonly #byRater = new Map<string, Map<string, PeerRating>>()
  readonly #ratersOf = new Map<string, Set<string>>()

  /** Takes a verified rating, unless the rater has given one as new. @returns whether it was taken */
  take(rating: PeerRating): boolean {
    const { rater, peer } = rating
    const known = this.#byRater.get(rater)?.get(peer)
    if (known !== undefined && known.ratedAt >= rating.ratedAt) return false
    const ratings = this.#byRater.get(rater) ?? new Map<string, PeerRating>()
    this.#byRater.delete(rater)
    this.#byRater.set(rater, ratings)
    ratings.delete(peer)
    ratings.set(peer, rating)
    this.#noteRater(peer, rater)
    this.#makeRoom(rater, ratings)
    return true
  }

  of(peer: string): PeerRating[] {
    const raters = [...(this.#ratersOf.get(peer) ?? [])]
    return raters.flatMap(rater => this.#byRater.get(rater)?.get(peer) ?? [])
  }

  peers(): IterableIterator<string> {
    return this.#ratersOf.keys()
  }

  raters(): IterableIterator<string> {
    return this.#byRater.keys()
  }

  /** Drops what no longer counts because of its age. */
  expire(now: number): void {
    for (const [rater, ratings] of this.#byRater) {
      for (const { peer, ratedAt } of ratings.values()) {
        if (now - ratedAt > MAX_RATING_AGE_MS) this.#remove(rater, peer)
      }
    }
  }

  #noteRater(peer: string, rater: string): void {
    const raters = this.#ratersOf.get(peer)
    if (raters === undefined) this.#ratersOf.set(peer, new Set([rater]))
    else raters.add(rater)
  }

  #makeRoom(rater: string, ratings: Map<string, PeerRating>): void {
    const [oldest] = ratings.keys()
    if (ratings.size > MAX_RATINGS && oldest !== undefined) this.#remove(rater, oldest)
    const [silent] = this.#byRater.keys()
    if (this.#byRater.size <= MAX_RATERS || silent === undefined) return
    for (const peer of this.#byRater.get(silent)?.keys() ?? []) this.#remove(silent, peer)
  }

  #remove(rater: string, peer: string): void {
    const ratings = this.#byRater.get(rater)
    ratings?.delete(peer)
    if (ratings?.size === 0) this.#byRater.delete(rater)
    const raters = this.#ratersOf.get(peer)
    raters?.delete(rater)
    if (raters?.size === 0) this.#ratersOf.delete(peer)
  }
}
