import { createDeadline } from '@waystone/kit'
import {
  EXCHANGE_INTERVAL_MS,
  EXCHANGE_JITTER,
  EXCHANGE_TIMEOUT_MS,
  MAX_PARTNERS,
  PEER_EXCHANGE,
  PROBE_TIMEOUT_MS,
  PROBES_PER_CHECK
} from './constants.ts'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Logger, PeerId } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Clock, NodeTrust, Random } from '@waystone/interface'
import type { SignedRating } from '@waystone/wire/trust'
import type { Ratings } from './ratings.ts'

/** `ExchangeRatings` of a connected peer. */
export type ExchangeCall = (
  peer: PeerId,
  ratings: SignedRating[],
  options: { signal: AbortSignal }
) => Promise<SignedRating[]>

export interface RoundsInit {
  ratings: Pick<Ratings, 'give' | 'take' | 'observe' | 'review' | 'measurements'>
  call: ExchangeCall
  connectionManager: Pick<ConnectionManager, 'getConnections' | 'openConnection' | 'closeConnections'>
  trust: Pick<NodeTrust, 'explain'>
  clock: Clock
  random: Random
  log: Logger
}

/** Now and then: looks who is up, saves what was measured, and exchanges ratings. */
export class Rounds {
  readonly #init: RoundsInit

  constructor(init: RoundsInit) {
    this.#init = init
  }

  /** Resolves when the signal ends, never rejects. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const { clock, random, log } = this.#init
    while (!signal.aborted) {
      const jitter = 1 + EXCHANGE_JITTER * (2 * random.number() - 1)
      await clock.sleep(EXCHANGE_INTERVAL_MS * jitter, { signal }).catch(() => undefined)
      if (signal.aborted) return
      await this.round({ signal }).catch((error: unknown) => log('a round of ratings ended early - %e', error))
    }
  }

  async round({ signal }: { signal: AbortSignal }): Promise<void> {
    const { ratings } = this.#init
    ratings.review()
    await this.#check(signal)
    await ratings.measurements.save()
    await Promise.all(this.#partners().map(async peer => this.#exchange(peer, signal)))
  }

  /** Connected peers that give us ratings and get ours. */
  #partners(): PeerId[] {
    const { connectionManager, trust } = this.#init
    const peers = new Map(
      connectionManager.getConnections().map(({ remotePeer }) => [remotePeer.toString(), remotePeer])
    )
    const able = [...peers.values()].filter(peer => trust.explain({ peer }, PEER_EXCHANGE).allow)
    return this.#some(able, MAX_PARTNERS)
  }

  async #exchange(peer: PeerId, signal: AbortSignal): Promise<void> {
    const { ratings, call, clock, log } = this.#init
    using deadline = createDeadline({ ms: EXCHANGE_TIMEOUT_MS, what: 'exchanging ratings', signal, clock })
    try {
      const received = await call(peer, await ratings.give(), { signal: deadline.signal })
      await ratings.take(received)
    } catch (error) {
      log('no ratings from %p - %e', peer, error)
    }
  }

  async #check(signal: AbortSignal): Promise<void> {
    const { ratings, connectionManager } = this.#init
    const connected = new Set(connectionManager.getConnections().map(({ remotePeer }) => remotePeer.toString()))
    // a node that is cut off would find everybody else down
    if (connected.size === 0) return
    const known = ratings.measurements.peers()
    for (const peer of known.filter(each => connected.has(each)))
      ratings.observe(peerIdFromString(peer), { measure: 'uptime', worked: true })
    const away = known.filter(each => !connected.has(each)).map(each => peerIdFromString(each))
    const allowed = away.filter(peer => this.#init.trust.explain({ peer }, 'connect').allow)
    await Promise.all(this.#some(allowed, PROBES_PER_CHECK).map(async peer => this.#probe(peer, signal)))
  }

  async #probe(peer: PeerId, signal: AbortSignal): Promise<void> {
    const { ratings, connectionManager, clock } = this.#init
    using deadline = createDeadline({ ms: PROBE_TIMEOUT_MS, what: 'looking whether a peer is up', signal, clock })
    let worked = true
    try {
      // that it opened is counted where all connections are
      await connectionManager.openConnection(peer, { signal: deadline.signal })
      await connectionManager.closeConnections(peer, { signal: deadline.signal })
    } catch {
      if (signal.aborted) return
      worked = false
      ratings.observe(peer, { measure: 'reachability', worked })
    }
    ratings.observe(peer, { measure: 'uptime', worked })
  }

  #some<T>(all: readonly T[], most: number): T[] {
    const keyed = all.map(value => ({ value, key: this.#init.random.number() }))
    return keyed
      .sort((a, b) => a.key - b.key)
      .slice(0, most)
      .map(({ value }) => value)
  }
}
