import { serviceCapabilities } from '@libp2p/interface'
import { readinessSymbol } from '@waystone/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { groupPeerAddresses } from '@waystone/kit/peer-addresses'
import { REDIAL_BACKOFF } from './constants.ts'
import { missingSeeds } from './missing-seeds.ts'
import { Seed } from './seed.ts'
import type { CounterGroup, Startable } from '@libp2p/interface'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { SeedDiscovery, SeedDiscoveryComponents, SeedDiscoveryInit, SeedStatus } from './contract.ts'
import type { SeedParts } from './seed.ts'

// what may bring or end a connection to a seed, ours or made by others
const SIGNS = ['connection:open', 'connection:close', 'peer:connect', 'peer:disconnect'] as const

export class SeedDiscoveryService implements SeedDiscovery, Startable {
  readonly [Symbol.toStringTag] = '@waystone/seed-discovery'
  readonly [serviceCapabilities]: string[] = ['@waystone/seed-discovery']

  readonly #components: SeedDiscoveryComponents
  readonly #init: SeedDiscoveryInit
  readonly #addresses: PeerAddresses[]
  #seeds: Seed[] = []
  #kept: Promise<unknown> = Promise.resolve()
  #controller: AbortController | undefined
  #dials: CounterGroup | undefined

  constructor(components: SeedDiscoveryComponents, init: SeedDiscoveryInit) {
    this.#components = components
    this.#init = init
    this.#addresses = groupPeerAddresses(init.seeds, 'seed')
  }

  start(): void {
    if (this.#controller !== undefined) return
    this.#controller = new AbortController()
    this.#registerMetrics()
    const parts = this.#parts()
    const others = this.#addresses.filter(({ peerId }) => !peerId.equals(this.#components.peerId))
    this.#seeds = others.map(seed => new Seed(seed, parts))
    for (const sign of SIGNS) this.#components.events.addEventListener(sign, this.#wake)
  }

  /** Dials only now: every part of the node has started, so that the first dial is not refused. */
  afterStart(): void {
    const signal = this.#controller?.signal
    if (signal === undefined) return
    this.#kept = Promise.all(this.#seeds.map(seed => seed.keep({ signal })))
  }

  async stop(): Promise<void> {
    for (const sign of SIGNS) this.#components.events.removeEventListener(sign, this.#wake)
    this.#controller?.abort()
    this.#controller = undefined
    await this.#kept
  }

  seeds(): SeedStatus[] {
    return this.#seeds.map(seed => seed.status())
  }

  [readinessSymbol](): string[] {
    return missingSeeds(this.seeds())
  }

  readonly #wake = (): void => {
    for (const seed of this.#seeds) seed.wake()
  }

  #parts(): SeedParts {
    const { connectionManager, peerStore, logger } = this.#components
    const { backoff = REDIAL_BACKOFF, clock = systemClock, random = systemRandom } = this.#init
    const log = logger.forComponent('waystone:seed-discovery')
    const count: SeedParts['count'] = result => this.#dials?.increment({ [result]: 1 })
    return { connectionManager, peerStore, log, backoff, clock, random, count }
  }

  #registerMetrics(): void {
    const { metrics } = this.#components
    if (metrics === undefined || this.#dials !== undefined) return
    const help = 'Dials of configured seeds and losses of connections to them, by result'
    this.#dials = metrics.registerCounterGroup('waystone_seed_discovery_dials_total', { label: 'result', help })
    metrics.registerMetric('waystone_seed_discovery_connected_seeds', {
      help: 'Configured seeds that are connected',
      calculate: () => this.seeds().filter(seed => seed.connected).length
    })
  }
}
