import { serviceCapabilities } from '@libp2p/interface'
import { readinessSymbol } from '@waystone/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { groupPeerAddresses } from '@waystone/kit/peer-addresses'
import { configTrust } from './config-trust.ts'
import { REDIAL_BACKOFF } from './constants.ts'
import { SeedParty } from './seed-party.ts'
import { SourceCounts } from './source-counts.ts'
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
  readonly #counts = new SourceCounts()
  #party: SeedParty | undefined
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
    const { sources = {}, membership, goodPeers, onRefused, mayBeAlone } = this.#init
    const given = { sources, membership, goodPeers, onRefused, mayBeAlone }
    const parts = { ...this.#parts(), ...given, self, configured: this.#configured, counts: this.#counts }
    this.#party = new SeedParty(parts)
    for (const sign of SIGNS) events.addEventListener(sign, this.#wake)
    events.addEventListener('peer:update', this.#party.tags.onUpdate)
    // libp2p dials tagged peers when all services have started
    await this.#party.tags.beforeDials()
  }

  /** Dials only now: every part of the node has started, so that the first dial is not refused. */
  afterStart(): void {
    if (!this.#isRunning) return
    this.#party?.start()
    this.#unsubscribe ??= this.#trust.onChange(() => this.#party?.followSoon())
  }

  async stop(): Promise<void> {
    const { events } = this.#components
    this.#isRunning = false
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    for (const sign of SIGNS) events.removeEventListener(sign, this.#wake)
    if (this.#party !== undefined) events.removeEventListener('peer:update', this.#party.tags.onUpdate)
    await this.#party?.stop()
  }

  seeds(): SeedStatus[] {
    return this.#party?.seeds() ?? []
  }

  sources(): SourceStatus[] {
    return this.#party?.sources() ?? []
  }

  known(): KnownSeed[] {
    return this.#party?.known() ?? []
  }

  async *check(options: AbortOptions = {}): AsyncGenerator<SeedCheck> {
    if (this.#party !== undefined && this.#isRunning) yield* this.#party.check(options)
  }

  [readinessSymbol](): string[] {
    return this.#party?.missing() ?? []
  }

  readonly #wake = (): void => this.#party?.wake()

  #parts(): SeedParts {
    const { connectionGater, connectionManager, transportManager, peerStore, peerRouting, logger } = this.#components
    const { backoff = REDIAL_BACKOFF, clock = systemClock, random = systemRandom, onDropped } = this.#init
    const log = logger.forComponent('waystone:seed-discovery')
    const count: SeedParts['count'] = result => this.#dials?.increment({ [result]: 1 })
    const onClosed = (peer: PeerId): void => {
      log('%p is no seed any more and was disconnected', peer)
      onDropped?.(peer)
    }
    const libp2p = { connectionGater, connectionManager, transportManager, peerStore, peerRouting }
    return {
      self: this.#components.peerId,
      ...libp2p,
      trust: this.#trust,
      log,
      backoff,
      clock,
      random,
      count,
      onClosed
    }
  }

  #registerMetrics(): void {
    const { metrics } = this.#components
    this.#counts.register(metrics)
    if (metrics === undefined || this.#dials !== undefined) return
    const help = 'Dials of seeds and bootstrap nodes and losses of connections to seeds, by result'
    this.#dials = metrics.registerCounterGroup('waystone_seed_discovery_dials_total', { label: 'result', help })
    metrics.registerMetric('waystone_seed_discovery_connected_seeds', {
      help: 'Seeds that are connected',
      calculate: () => this.seeds().filter(seed => seed.connected).length
    })
  }
}
