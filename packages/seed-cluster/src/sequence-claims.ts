import { IGNORE_CLAIMS_MS, MAX_FALSE_CLAIMS, REFRESH_PAUSE_MS } from './constants.ts'

interface Claim {
  /** The lowest sequence that was claimed and not found. */
  sequence: bigint
  failures: number
  /** Of the monotonic clock, in milliseconds. */
  ignoredUntil: number
}

/** Which claims of a newer trust file are worth a look, and which members only claim. Times are those of a monotonic clock. */
export class SequenceClaims {
  readonly #claims = new Map<string, Claim>()
  #lastLook = Number.NEGATIVE_INFINITY

  /** Whether to look for a file now, because this member says that it has this one. */
  isWorthALook(member: string, claimed: bigint, { own, now }: { own: bigint; now: number }): boolean {
    if (claimed <= own) {
      this.#claims.delete(member)
      return false
    }
    const claim = this.#claims.get(member)
    // the true one may be lower; but not one less each time
    if (claim !== undefined && 2n * claimed > own + claim.sequence && now < claim.ignoredUntil) return false
    return now - this.#lastLook >= REFRESH_PAUSE_MS
  }

  /** A look begins: there is none for a while. */
  looking(now: number): void {
    this.#lastLook = now
  }

  /**
   * A look has ended.
   *
   * @param own - the sequence that is here now
   * @returns whether this member is not believed any more from now on
   */
  looked(member: string, claimed: bigint, { own, now }: { own: bigint; now: number }): boolean {
    if (claimed <= own) {
      this.#claims.delete(member)
      return false
    }
    const claim = this.#claims.get(member) ?? { sequence: claimed, failures: 0, ignoredUntil: 0 }
    const failures = claim.failures + 1
    const isFalse = failures >= MAX_FALSE_CLAIMS
    const sequence = claimed < claim.sequence ? claimed : claim.sequence
    this.#claims.set(member, {
      sequence,
      // one more look when the time is over
      failures: isFalse ? MAX_FALSE_CLAIMS - 1 : failures,
      ignoredUntil: isFalse ? now + IGNORE_CLAIMS_MS : 0
    })
    return isFalse
  }

  /** Whether this member claims a file that nobody has. */
  isFalse(member: string, now: number): boolean {
    return now < (this.#claims.get(member)?.ignoredUntil ?? 0)
  }

  /** Keeps those of these members only. */
  retain(isMember: (member: string) => boolean): void {
    for (const member of this.#claims.keys()) if (!isMember(member)) this.#claims.delete(member)
  }
}
