import { peerIdFromString } from '@libp2p/peer-id'
import { nextTurn } from '@waystone/kit'
import { MAX_RATINGS } from '@waystone/wire/trust-limits'
import { CHECKS_A_TURN, MAX_CALLERS, MAX_TOLD_BYTES, MIN_EXCHANGE_INTERVAL_MS } from './constants.ts'
import { RatingsTooSoonError, TooManyRatingsError } from './errors.ts'
import { Measurements } from './measurements.ts'
import { RatedLevels } from './rated-levels.ts'
import { ReceivedRatings } from './received-ratings.ts'
import type { Logger, PeerId, PrivateKey } from '@libp2p/interface'
import type { Clock, NodeTrust, TrustedNode } from '@waystone/interface'
import type { SignedRating } from '@waystone/wire/trust'
import type { Datastore } from 'interface-datastore'
import type { RatedTrustLevel } from './contract.ts'
import type { Observation } from './measurements.ts'
import type { UnsignedRating } from './signed-rating.ts'

export interface RatingsInit {
  /** Signs what this node tells. */
  privateKey: PrivateKey
  self: PeerId
  datastore: Datastore
  trust: Pick<NodeTrust, 'explain' | 'levelOf'>
  clock: Clock
  log: Logger
  /** Called when the level of some peer has changed. */
  onChange?: () => void
}

/** What this node and those with the function `peer-exchange` know of other peers, and the levels it gives. */
export class Ratings {
  readonly measurements: Measurements
  readonly #init: RatingsInit
  readonly #received = new ReceivedRatings()
  readonly #levels: RatedLevels
  /** When each caller exchanged last, longest ago first; by the clock that never goes back. */
  readonly #callers = new Map<string, number>()
  readonly #signed = new Map<string, { ratedAt: number; signed: SignedRating }>()

  constructor(init: RatingsInit) {
    this.#init = init
    this.measurements = new Measurements(init.datastore)
    this.#levels = new RatedLevels({ trust: init.trust, received: this.#received, measurements: this.measurements })
  }

  /** Never above `marginal`; costs a look-up. @param peer - id in base58 */
  readonly ratedLevel = (peer: string): RatedTrustLevel | undefined => this.#levels.of(peer)

  /** Rated peers and where others reached them. */
  nodes(): TrustedNode[] {
    return this.#levels.peers().map(([peer, level]) => {
      const addresses = [...new Set(this.#received.of(peer).flatMap(rating => rating.addresses))]
      return { id: peer, peer: peerIdFromString(peer), label: 'rated', level, addresses, strict: false }
    })
  }

  /**
   * Answers a peer that hands over ratings with those of this node.
   *
   * @throws TooManyRatingsError, RatingsTooSoonError
   */
  async exchange(caller: PeerId, received: readonly SignedRating[]): Promise<SignedRating[]> {
    if (!this.#levels.mayRate(caller.toString())) return []
    if (received.length > MAX_RATINGS) throw new TooManyRatingsError(`${received.length} ratings, not ${MAX_RATINGS}`)
    this.#admit(caller.toString())
    await this.take(received)
    return this.give()
  }

  /** Takes what can be believed of the ratings that a peer gave; the rest is dropped. @returns how many were taken */
  async take(received: readonly SignedRating[]): Promise<number> {
    const changed = new Set<string>()
    for (const [index, signed] of received.slice(0, MAX_RATINGS).entries()) {
      if (index % CHECKS_A_TURN === CHECKS_A_TURN - 1) await nextTurn()
      const peer = await this.#takeOne(signed)
      if (peer !== undefined) changed.add(peer)
    }
    this.#tell(this.#levels.refresh(changed, this.#init.clock.now()))
    return changed.size
  }

  /** What this node measured, signed; nothing of peers that are blocked. */
  async give(): Promise<SignedRating[]> {
    const { trust, clock } = this.#init
    const given: SignedRating[] = []
    let bytes = 0
    for (const rating of this.measurements.ratings(MAX_RATINGS, clock.now())) {
      if (trust.levelOf(peerIdFromString(rating.peer)) === 'blocked') continue
      const signed = await this.#sign(rating)
      bytes += signed.rating.length + signed.signature.length + signed.publicKey.length
      if (bytes > MAX_TOLD_BYTES) break
      given.push(signed)
    }
    return given
  }

  observe(peer: PeerId, observation: Omit<Observation, 'at'>): void {
    if (peer.equals(this.#init.self)) return
    const now = this.#init.clock.now()
    this.measurements.observe(peer.toString(), { ...observation, at: now })
    this.#tell(this.#levels.refresh([peer.toString()], now))
  }

  /** Looks at everybody again: for when trust has changed, and from time to time. */
  review(): void {
    const now = this.#init.clock.now()
    this.#received.expire(now)
    this.#tell(this.#levels.refreshAll(now))
  }

  async #takeOne(signed: SignedRating): Promise<string | undefined> {
    try {
      const { claimedRater, readRating } = await import('./signed-rating.ts')
      // before the signature, which costs more
      if (!this.#levels.mayRate(claimedRater(signed))) return undefined
      const rating = await readRating(signed, this.#init.clock.now())
      if (rating.peer === this.#init.self.toString() || rating.rater === this.#init.self.toString()) return undefined
      return this.#received.take(rating) ? rating.peer : undefined
    } catch (error) {
      this.#init.log('a rating was dropped - %e', error)
      return undefined
    }
  }

  async #sign(rating: UnsignedRating): Promise<SignedRating> {
    const known = this.#signed.get(rating.peer)
    if (known?.ratedAt === rating.ratedAt) return known.signed
    const { signRating } = await import('./signed-rating.ts')
    const signed = await signRating(rating, this.#init.privateKey)
    if (this.#signed.size > MAX_RATINGS) this.#signed.clear()
    this.#signed.set(rating.peer, { ratedAt: rating.ratedAt, signed })
    return signed
  }

  #admit(caller: string): void {
    const now = this.#init.clock.monotonic()
    const last = this.#callers.get(caller)
    if (last !== undefined && now - last < MIN_EXCHANGE_INTERVAL_MS) {
      throw new RatingsTooSoonError('ratings were exchanged a moment ago', {
        hint: `Wait ${MIN_EXCHANGE_INTERVAL_MS / 1_000} s between two exchanges.`
      })
    }
    this.#callers.delete(caller)
    this.#callers.set(caller, now)
    const [oldest] = this.#callers.keys()
    if (this.#callers.size > MAX_CALLERS && oldest !== undefined) this.#callers.delete(oldest)
  }

  #tell(isChanged: boolean): void {
    if (isChanged) this.#init.onChange?.()
  }
}
