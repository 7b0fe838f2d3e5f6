import { serviceCapabilities } from '@libp2p/interface'
import { readinessSymbol } from '@waystone/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { groupPeerAddresses } from '@waystone/kit/peer-addresses'
import { configTrust } from './config-trust.ts'
import { REDIAL_BACKOFF } from './constants.ts'
import { Followers } from './followers.ts'
import { missingSeeds } from './missing-seeds.ts'
import type { AbortOptions, CounterGroup, PeerId, Startable } from '@libp2p/interface'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { SeedDiscovery, SeedDiscoveryComponents, SeedDiscoveryInit, SeedStatus, SeedTrust } from './contract.ts'
import type { KnownSeed, SeedCheck, SourceStatus } from './contract-sources.ts'
import type { SeedParts } from './seed.ts'

// what may bring or end a connection to a seed, ours or made by others
const SIGNS = ['connection:open', 'connection:close', 'peer:connect', 'peer:disconnect'] as const

export class SeedDiscoveryService implements SeedDiscovery, Startable {
  readonly [Symbol.toStringTag] = '@waystone/seed-discovery'
  readonly [serviceCapabilities]: string[] = ['@waystone/seed-discovery']

  readonly #components: SeedDiscoveryComponents
  readonly #init: SeedDiscoveryInit
  readonly #configured: PeerAddresses[]
  readonly #trust: SeedTrust
  #followers: Followers | undefined
  #isRunning = false
  #unsubscribe: (() => void) | undefined
  #dials: CounterGroup | undefined

  constructor(components: SeedDiscoveryComponents, init: SeedDiscoveryInit) {
    this.#components = components
    this.#init = init
    this.#configured = groupPeerAddresses(init.seeds, 'seed')
    this.#trust = init.trust ?? configTrust(this.#configured)
  }

  async start(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#registerMetrics()
    const { peerId: self, events } = this.#components
    const { goodPeers } = this.#init
    this.#followers = new Followers({ ...this.#parts(), self, configured: this.#configured, goodPeers })
    for (const sign of SIGNS) events.addEventListener(sign, this.#wake)
    events.addEventListener('peer:update', this.#followers.tags.onUpdate)
    // libp2p dials tagged peers when all services have started
    await this.#followers.tags.beforeDials()
  }

  /** Dials only now: every part of the node has started, so that the first dial is not refused. */
  afterStart(): void {
    if (!this.#isRunning) return
    this.#followers?.follow()
    this.#unsubscribe ??= this.#trust.onChange(() => this.#followers?.followSoon())
  }

  async stop(): Promise<void> {
    const { events } = this.#components
    this.#isRunning = false
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    for (const sign of SIGNS) events.removeEventListener(sign, this.#wake)
    if (this.#followers !== undefined) events.removeEventListener('peer:update', this.#followers.tags.onUpdate)
    await this.#followers?.stop()
  }

  seeds(): SeedStatus[] {
    return this.#followers?.seeds.map(seed => seed.status()) ?? []
  }

  sources(): SourceStatus[] {
    return []
  }

  known(): KnownSeed[] {
    return this.seeds().map(({ peerId, addresses, connected }) => {
      return { peerId, addresses, sources: ['trust'], isAdmitted: true, isConnected: connected, isHeld: true }
    })
  }

  async *check(_options: AbortOptions = {}): AsyncGenerator<SeedCheck> {
    yield* await Promise.resolve(this.sources().map(source => ({ source })))
  }

  [readinessSymbol](): string[] {
    // who is only held once connected is nobody to wait for
    const dialled = this.#followers?.seeds.filter(({ node }) => node.connect) ?? []
    return missingSeeds(dialled.map(seed => seed.status()))
  }

  readonly #wake = (): void => this.#followers?.wake()

  #parts(): SeedParts {
    const { connectionManager, peerStore, logger } = this.#components
    const { backoff = REDIAL_BACKOFF, clock = systemClock, random = systemRandom, onDropped } = this.#init
    const log = logger.forComponent('waystone:seed-discovery')
    const count: SeedParts['count'] = result => this.#dials?.increment({ [result]: 1 })
    const onClosed = (peer: PeerId): void => {
      log('%p is no seed any more and was disconnected', peer)
      onDropped?.(peer)
    }
    return { connectionManager, peerStore, trust: this.#trust, log, backoff, clock, random, count, onClosed }
  }

  #registerMetrics(): void {
    const { metrics } = this.#components
    if (metrics === undefined || this.#dials !== undefined) return
    const help = 'Dials of seeds and bootstrap nodes and losses of connections to seeds, by result'
    this.#dials = metrics.registerCounterGroup('waystone_seed_discovery_dials_total', { label: 'result', help })
    metrics.registerMetric('waystone_seed_discovery_connected_seeds', {
      help: 'Seeds that are connected',
      calculate: () => this.seeds().filter(seed => seed.connected).length
    })
  }
}
