import { peerIdFromString } from '@libp2p/peer-id'
import { PEER_EXCHANGE } from './constants.ts'
import { judge } from './judge.ts'
import type { NodeTrust } from '@waystone/interface'
import type { Measurements } from './measurements.ts'
import type { RatedTrustLevel } from './contract.ts'
import type { ReceivedRatings } from './received-ratings.ts'

export interface RatedLevelsInit {
  trust: Pick<NodeTrust, 'explain' | 'levelOf'>
  received: ReceivedRatings
  measurements: Measurements
}

/** The level of every rated peer, worked out when something changes: decisions only look it up. */
export class RatedLevels {
  readonly #init: RatedLevelsInit
  readonly #levels = new Map<string, RatedTrustLevel>()
  #isMuted = false

  constructor(init: RatedLevelsInit) {
    this.#init = init
  }

  /** As `TrustAcl.ratedLevel` wants it: by peer id in base58. */
  readonly of = (peer: string): RatedTrustLevel | undefined => (this.#isMuted ? undefined : this.#levels.get(peer))

  peers(): [string, RatedTrustLevel][] {
    return [...this.#levels]
  }

  /** Judges all peers anew: raters may have lost their say, and time went on. @returns whether a level changed */
  refreshAll(now: number): boolean {
    const { received, measurements } = this.#init
    const peers = new Set([...received.peers(), ...measurements.peers(), ...this.#levels.keys()])
    const entitled = this.#entitled()
    return [...peers].filter(peer => this.#refresh(peer, entitled, now)).length > 0
  }

  /** @returns whether the level changed */
  refresh(peers: Iterable<string>, now: number): boolean {
    const entitled = this.#entitled()
    return [...peers].filter(peer => this.#refresh(peer, entitled, now)).length > 0
  }

  /** Whether the ratings of a peer count. Ratings give nobody that right, or a ring of raters could lift itself. */
  mayRate(rater: string): boolean {
    return this.#unrated(() => this.#init.trust.explain({ peer: peerIdFromString(rater) }, PEER_EXCHANGE).allow)
  }

  #entitled(): Set<string> {
    return new Set([...this.#init.received.raters()].filter(rater => this.mayRate(rater)))
  }

  #refresh(peer: string, entitled: Set<string>, now: number): boolean {
    const { received, measurements } = this.#init
    const ratings = received.of(peer).filter(({ rater }) => entitled.has(rater))
    const judged = judge({ ratings, own: measurements.experience(peer, now), now })
    const level = judged === undefined || this.#isBlocked(peer) ? undefined : judged
    if (level === this.#levels.get(peer)) return false
    if (level === undefined) this.#levels.delete(peer)
    else this.#levels.set(peer, level)
    return true
  }

  #isBlocked(peer: string): boolean {
    return this.#unrated(() => this.#init.trust.levelOf(peerIdFromString(peer)) === 'blocked')
  }

  #unrated<T>(work: () => T): T {
    this.#isMuted = true
    try {
      return work()
    } finally {
      this.#isMuted = false
    }
  }
}
