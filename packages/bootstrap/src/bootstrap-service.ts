import { serviceCapabilities, serviceDependencies } from '@libp2p/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { BootstrapMetrics } from './metrics.ts'
import { Run } from './run.ts'
import type { AbortOptions, PeerId, Startable } from '@libp2p/interface'
import type { Bootstrap, BootstrapComponents, BootstrapInit, GoodPeer } from './contract.ts'
import type { Parts } from './parts.ts'

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
    const rows = this.#run?.book.all() ?? []
    return rows.map(({ id, addresses, reachedAt, answers }) => ({ id, addresses, reachedAt, answers }))
  }

  isGood(peer: PeerId): boolean {
    return this.#run?.isGood(peer) ?? false
  }

  async settled(options: AbortOptions = {}): Promise<void> {
    await this.#run?.first.settled(options)
  }

  isEnough(): boolean {
    return this.#run?.now.isEnough() ?? false
  }

  hasOne(): boolean {
    return this.#run?.now.hasOne() ?? false
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
