import { SERVICE_NAMES } from '@waystone/wire'
import { Asking } from './asking.ts'
import { BOOTSTRAP, CONNECT, GOOD_AFTER_MS, START_MS } from './constants.ts'
import { FirstDials } from './first-dials.ts'
import { GoodPeerBook } from './good-peers.ts'
import { GoodPeersNow } from './good-peers-now.ts'
import { Observer } from './observer.ts'
import { Pool } from './pool.ts'
import { Prober } from './prober.ts'
import type { PeerId } from '@libp2p/interface'
import type { LateService } from '@waystone/rpc'
import type { BootstrapInit } from './contract.ts'
import type { Parts } from './parts.ts'
import type { ReachedPeer } from './pool.ts'

/** Everything between a start and a stop. */
export class Run {
  readonly book: GoodPeerBook
  readonly now: GoodPeersNow
  readonly first: FirstDials
  readonly asking: Asking
  readonly pool: Pool
  readonly #parts: Parts
  readonly #init: BootstrapInit
  readonly #observer: Observer
  readonly #prober: Prober
  #unserve: (() => Promise<void>) | undefined
  #isOver = false

  constructor(parts: Parts, init: BootstrapInit) {
    const { startMs = START_MS, goodAfterMs = GOOD_AFTER_MS, dhtProtocol } = init
    const isBlocked = (peer: PeerId): boolean => this.#isBlocked(peer)
    this.#parts = parts
    this.#init = init
    this.book = new GoodPeerBook(parts)
    const now = (this.now = new GoodPeersNow(parts, { book: this.book, isBlocked }))
    this.first = new FirstDials(parts, { book: this.book, now, startMs })
    this.asking = new Asking(parts, { first: this.first, now, isBlocked, goodAfterMs, onPoorSeed: init.onPoorSeed })
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
      // another service failed to start, and all were stopped
      if (this.#isOver) return
      this.#observer.start()
    }
    if (!serve) return
    this.#prober.start()
    const unserve = await this.#parts.rpc.serveLate(SERVICE_NAMES.bootstrap, async () => await this.#service())
    if (this.#isOver) await unserve()
    else this.#unserve = unserve
  }

  /** Nobody is dialled before every part of the node has started. */
  begin(): void {
    // never rejects without a signal
    void this.first.settled()
    if (this.#init.ask ?? true) this.asking.begin()
  }

  async stop(): Promise<void> {
    this.#isOver = true
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
