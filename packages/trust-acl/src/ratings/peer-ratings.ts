import { toError } from '@waystone/kit/error-fields'
import { serviceCapabilities, serviceDependencies } from '@libp2p/interface'
import { Gathered } from '@waystone/kit'
import { EXCHANGE_TIMEOUT_MS, REVIEW_WITHIN_MS } from './constants.ts'
import { Observer } from './observer.ts'
import { Ratings } from './ratings.ts'
import { Rounds } from './rounds.ts'
import type {
  ComponentLogger,
  Libp2pEvents,
  Logger,
  PeerId,
  PrivateKey,
  Startable,
  TypedEventTarget
} from '@libp2p/interface'
import type { ConnectionManager, TransportManager } from '@libp2p/interface-internal'
import type { PeerCaller, Rpc } from '@waystone/rpc'
import type { Clock, NodeTrust, Random, TrustedNode } from '@waystone/interface'
import type { SignedRating } from '@waystone/wire/trust'
import type { Datastore } from 'interface-datastore'
import type { RatingsExchange } from '../exchange/contract.ts'
import type { ExchangeCall } from './rounds.ts'
import type { RatedTrustLevel } from './contract.ts'

export interface PeerRatingsComponents {
  peerId: PeerId
  privateKey: PrivateKey
  datastore: Datastore
  events: TypedEventTarget<Libp2pEvents>
  connectionManager: ConnectionManager
  transportManager: TransportManager
  rpc: Rpc
  /** Where the calls of others come in; it is there, but the types of a node do not say so. */
  trustAcl?: { ratings: RatingsExchange | undefined }
  logger: ComponentLogger
}

/** What of the trust database takes part, and where levels by rating go. */
export interface RatedTrust extends Pick<NodeTrust, 'explain' | 'levelOf' | 'onChange'> {
  ratedLevel: (peer: string) => RatedTrustLevel | undefined
  ratedNodes: () => readonly TrustedNode[]
  /** Tells listeners that a level by rating has changed. */
  ratingsChanged(): void
}

export interface PeerRatingsInit {
  trust: RatedTrust
  clock: Clock
  random: Random
}

/** Measures peers, exchanges ratings with those that have `peer-exchange`, and gives levels to the trust database. */
export class PeerRatings implements RatingsExchange, Startable {
  readonly [Symbol.toStringTag] = '@waystone/peer-ratings'
  readonly [serviceCapabilities]: string[] = ['@waystone/peer-ratings']
  readonly [serviceDependencies]: string[] = ['@waystone/rpc', '@waystone/trust-acl']
  readonly #components: PeerRatingsComponents
  readonly #init: PeerRatingsInit
  readonly #log: Logger
  readonly #changes: Gathered
  #ratings: Ratings | undefined
  #observer: Observer | undefined
  #controller: AbortController | undefined
  #unsubscribe: (() => void) | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(components: PeerRatingsComponents, init: PeerRatingsInit) {
    this.#components = components
    this.#init = init
    this.#log = components.logger.forComponent('waystone:trust:ratings')
    this.#changes = new Gathered({ clock: init.clock, withinMs: REVIEW_WITHIN_MS, work: () => this.#review() })
  }

  start(): void {
    if (this.#controller !== undefined) return
    this.#controller = new AbortController()
    const { trust } = this.#init
    const ratings = this.#make()
    const { events, transportManager } = this.#components
    this.#observer = new Observer({
      events,
      transportManager,
      ratings,
      isRelay: peer => trust.explain({ peer }, 'use-as-relay').allow
    })
    this.#observer.start()
    this.#answer(this)
    trust.ratedLevel = ratings.ratedLevel
    trust.ratedNodes = () => ratings.nodes()
    this.#unsubscribe = trust.onChange(this.#changes.soon)
  }

  /** Reads what was measured before only now: nobody waits for it. */
  afterStart(): void {
    const { signal } = this.#controller ?? {}
    if (signal !== undefined) this.#running = this.#run(signal)
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#changes.clear()
    if (this.#controller !== undefined) this.#answer(undefined)
    this.#observer?.stop()
    this.#controller?.abort()
    this.#controller = undefined
    await this.#running
    await this.#ratings?.measurements.save()
  }

  /**
   * What `ExchangeRatings` answers.
   *
   * @throws ConnectError - made of TooManyRatingsError or RatingsTooSoonError
   */
  async exchange({ peer }: Pick<PeerCaller, 'peer'>, received: readonly SignedRating[]): Promise<SignedRating[]> {
    try {
      return (await this.#ratings?.exchange(peer, received)) ?? []
    } catch (error) {
      throw error instanceof Error ? (await import('./refusal.ts')).refusal(error) : error
    }
  }

  #review(): void {
    try {
      this.#ratings?.review()
    } catch (error) {
      this.#log.error('ratings could not be looked at again - %e', toError(error))
    }
  }

  #answer(ratings: RatingsExchange | undefined): void {
    const { trustAcl } = this.#components
    if (trustAcl !== undefined) trustAcl.ratings = ratings
  }

  // one for all runs: what others said is still known after a restart of the service
  #make(): Ratings {
    const { peerId: self, privateKey, datastore } = this.#components
    const { trust, clock } = this.#init
    const onChange = (): void => trust.ratingsChanged()
    return (this.#ratings ??= new Ratings({ self, privateKey, datastore, trust, clock, log: this.#log, onChange }))
  }

  async #run(signal: AbortSignal): Promise<void> {
    const ratings = this.#make()
    await ratings.measurements.load().catch((error: unknown) => this.#log.error('measurements are lost - %e', error))
    if (signal.aborted) return
    ratings.review()
    const { connectionManager } = this.#components
    const rounds = new Rounds({ connectionManager, ...this.#init, ratings, call: this.#call, log: this.#log })
    await rounds.run({ signal })
  }

  readonly #call: ExchangeCall = async (peer, ratings, { signal }) => {
    const { TrustExchangeService } = await import('@waystone/wire/trust')
    const client = this.#components.rpc.client(TrustExchangeService, peer, { timeoutMs: EXCHANGE_TIMEOUT_MS })
    return (await client.exchangeRatings({ ratings }, { signal })).ratings
  }
}

/** @example createLibp2p({ services: { rpc: rpc({ trust }), trustAcl: trustAcl({ trust }), ratings: peerRatings({ trust, clock, random }) } }) */
export function peerRatings(init: PeerRatingsInit): (components: PeerRatingsComponents) => PeerRatings {
  return components => new PeerRatings(components, init)
}
