import { serviceCapabilities, serviceDependencies } from '@libp2p/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { SERVICE_NAMES } from '@waystone/wire'
import { Asking } from './asking.ts'
import { BOOTSTRAP, CONNECT, GOOD_AFTER_MS } from './constants.ts'
import { FirstDials } from './first-dials.ts'
import { GoodPeerBook } from './good-peers.ts'
import { BootstrapMetrics } from './metrics.ts'
import { Observer } from './observer.ts'
import { Pool } from './pool.ts'
import { Prober } from './prober.ts'
import type { AbortOptions, PeerId, Startable } from '@libp2p/interface'
import type { LateService } from '@waystone/rpc'
import type { Bootstrap, BootstrapComponents, BootstrapInit, GoodPeer } from './contract.ts'
import type { Parts } from './parts.ts'
import type { ReachedPeer } from './pool.ts'

/** Lifecycle and wiring. */
export class BootstrapService implements Bootstrap, Startable {
  readonly [Symbol.toStringTag] = '@waystone/bootstrap'
  readonly [serviceCapabilities]: string[] = ['@waystone/bootstrap']
  readonly [serviceDependencies]: string[] = ['@waystone/rpc']
  readonly #components: BootstrapComponents
  readonly #init: BootstrapInit
  readonly #counts = new BootstrapMetrics()
  #run: Run | undefined

  constructor(components: BootstrapComponents, init: BootstrapInit) {
    this.#components = components
    this.#init = init
  }

  /** Reads what is remembered: others ask for it when they have started. */
  async start(): Promise<void> {
    if (this.#run !== undefined) return
    const run = (this.#run = new Run(this.#parts(), this.#init))
    const gauges = { good: () => this.goodPeers().length, pool: () => this.#run?.pool.size ?? 0 }
    this.#counts.register(this.#components.metrics, gauges)
    await run.start()
  }

  afterStart(): void {
    this.#run?.begin()
  }

  async stop(): Promise<void> {
    const run = this.#run
    this.#run = undefined
    await run?.stop()
  }

  goodPeers(): readonly GoodPeer[] {
    return this.#run?.book.all().map(({ id, addresses, reachedAt }) => ({ id, addresses, reachedAt })) ?? []
  }

  isGood(peer: PeerId): boolean {
    return this.#run?.isGood(peer) ?? false
  }

  async settled(options: AbortOptions = {}): Promise<void> {
    await this.#run?.first.settled(options)
  }

  isEnough(): boolean {
    return this.#run?.first.isEnough() ?? false
  }

  isSparing(): boolean {
    return this.#run?.first.isSparing() ?? false
  }

  standing(seed: PeerId): number | undefined {
    return this.#run?.asking.standings.of(seed.toString())
  }

  async sample(options: AbortOptions = {}): Promise<readonly GoodPeer[]> {
    return (await this.#run?.asking.sample(options)) ?? []
  }

  #parts(): Parts {
    const { trust, private: isPrivate = false, clock = systemClock, random = systemRandom } = this.#init
    const log = this.#components.logger.forComponent('waystone:bootstrap')
    // not a copy: libp2p adds services later, and throws for those that are absent
    const { peerId, connectionManager, peerStore, datastore, events, rpc, logger } = this.#components
    const components = { peerId, connectionManager, peerStore, datastore, events, rpc, logger }
    return { ...components, trust, private: isPrivate, clock, random, log, counts: this.#counts }
  }
}

/** Everything between a start and a stop. */
class Run {
  readonly book: GoodPeerBook
  readonly first: FirstDials
  readonly asking: Asking
  readonly pool: Pool
  readonly #parts: Parts
  readonly #init: BootstrapInit
  readonly #observer: Observer
  readonly #prober: Prober
  #unserve: (() => Promise<void>) | undefined

  constructor(parts: Parts, init: BootstrapInit) {
    const { goodAfterMs = GOOD_AFTER_MS, dhtProtocol } = init
    const isBlocked = (peer: PeerId): boolean => this.#isBlocked(peer)
    this.#parts = parts
    this.#init = init
    this.book = new GoodPeerBook(parts)
    this.first = new FirstDials(parts, { book: this.book, isBlocked })
    this.asking = new Asking(parts, { first: this.first, isBlocked, goodAfterMs, onPoorSeed: init.onPoorSeed })
    this.pool = new Pool(parts)
    this.#observer = new Observer(parts, { book: this.book, goodAfterMs, dhtProtocol, isBlocked })
    this.#prober = new Prober(parts, this.pool)
  }

  isGood(peer: PeerId): boolean {
    return this.book.has(peer.toString()) && !this.#isBlocked(peer)
  }

  async start(): Promise<void> {
    const { cache = true, serve = false } = this.#init
    if (cache) {
      await this.book.load().catch((error: unknown) => this.#parts.log.error('good peers are lost - %e', error))
      this.#observer.start()
    }
    if (!serve) return
    this.#prober.start()
    this.#unserve = await this.#parts.rpc.serveLate(SERVICE_NAMES.bootstrap, async () => await this.#service())
  }

  /** Nobody is dialled before every part of the node has started. */
  begin(): void {
    // never rejects without a signal
    void this.first.settled()
    if (this.#init.ask ?? true) this.asking.begin()
  }

  async stop(): Promise<void> {
    this.#observer.stop()
    await Promise.all([this.#unserve?.(), this.#prober.stop(), this.first.stop(), this.asking.stop()])
    await this.book.saved()
  }

  async #service(): Promise<LateService> {
    const { bootstrapService } = await import('./handlers.ts')
    return bootstrapService(this.#parts, { pool: this.pool, mayTell: reached => this.#mayTell(reached) })
  }

  // seeds are known to whoever asks one
  #mayTell({ peer }: ReachedPeer): boolean {
    return !this.#isBlocked(peer) && !this.#parts.trust.explain({ peer }, BOOTSTRAP).allow
  }

  #isBlocked(peer: PeerId): boolean {
    const { trust } = this.#parts
    return trust.levelOf(peer) === 'blocked' || !trust.explain({ peer }, CONNECT).allow
  }
}
