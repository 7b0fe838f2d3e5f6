import { serviceCapabilities, serviceDependencies } from '@libp2p/interface'
import { readinessSymbol } from '@waystone/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { groupPeerAddresses } from '@waystone/kit/peer-addresses'
import { CircuitListeners } from './circuit-listeners.ts'
import { IDENTIFY_TIMEOUT_MS, RESERVE_BACKOFF, USE_AS_RELAY } from './constants.ts'
import { missingRelays } from './missing-relays.ts'
import { Relay } from './relay.ts'
import type { CounterGroup, PeerId, Startable } from '@libp2p/interface'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { RelayReservation, RelaySelection, RelaySelectionComponents, RelaySelectionInit } from './contract.ts'
import type { RelayParts } from './relay.ts'

// what may bring or end a reservation, ours or made by others: the transport
// announces each change of a circuit listener's addresses as `listening`
const SIGNS = ['transport:listening', 'transport:close', 'connection:close', 'peer:disconnect'] as const

export class RelaySelectionService implements RelaySelection, Startable {
  readonly [Symbol.toStringTag] = '@waystone/relay-selection'
  readonly [serviceCapabilities]: string[] = ['@waystone/relay-selection']

  readonly #components: RelaySelectionComponents
  readonly #init: RelaySelectionInit
  readonly #addresses: PeerAddresses[]
  #listeners: CircuitListeners | undefined
  #relays: Relay[] = []
  #kept: Promise<unknown> = Promise.resolve()
  #controller: AbortController | undefined
  #attempts: CounterGroup | undefined
  #unsubscribe: (() => void) | undefined

  constructor(components: RelaySelectionComponents, init: RelaySelectionInit) {
    this.#components = components
    this.#init = init
    this.#addresses = groupPeerAddresses(init.relays, 'relay')
  }

  get [serviceDependencies](): string[] {
    return this.#addresses.length === 0 ? [] : ['@libp2p/identify', '@libp2p/circuit-relay-v2-transport']
  }

  start(): void {
    if (this.#controller !== undefined) return
    this.#controller = new AbortController()
    this.#registerMetrics()
    const parts = this.#parts()
    const others = this.#addresses.filter(({ peerId }) => !peerId.equals(this.#components.peerId))
    this.#relays = others.map(relay => new Relay(relay, parts))
    for (const sign of SIGNS) this.#components.events.addEventListener(sign, this.#wake)
    this.#unsubscribe = this.#init.trust?.onChange(this.#review)
  }

  /** Dials only now: every part of the node has started, so that the first dial is not refused. */
  afterStart(): void {
    const signal = this.#controller?.signal
    if (signal === undefined) return
    this.#kept = Promise.all(this.#relays.map(relay => relay.keep({ signal })))
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    for (const sign of SIGNS) this.#components.events.removeEventListener(sign, this.#wake)
    this.#controller?.abort()
    this.#controller = undefined
    await this.#kept
  }

  reservations(): RelayReservation[] {
    return this.#relays.map(relay => relay.status())
  }

  [readinessSymbol](): string[] {
    return missingRelays(this.reservations())
  }

  readonly #wake = (): void => {
    for (const relay of this.#relays) relay.wake()
  }

  readonly #review = (): void => {
    for (const relay of this.#relays) relay.review()
  }

  readonly #denial = (peer: PeerId): string | undefined => {
    const decision = this.#init.trust?.explain({ peer }, USE_AS_RELAY)
    return decision === undefined || decision.allow ? undefined : `not to be used as a relay: ${decision.reason}`
  }

  #parts(): RelayParts {
    const { connectionManager, transportManager, peerStore, events, logger } = this.#components
    const { backoff = RESERVE_BACKOFF, identifyTimeoutMs = IDENTIFY_TIMEOUT_MS } = this.#init
    const { clock = systemClock, random = systemRandom } = this.#init
    // kept over restarts of this service alone, while the node keeps its listeners
    const listeners = (this.#listeners ??= new CircuitListeners(transportManager, clock))
    const log = logger.forComponent('waystone:relay-selection')
    const count: RelayParts['count'] = result => this.#attempts?.increment({ [result]: 1 })
    const own = { listeners, log, backoff, identifyTimeoutMs, denial: this.#denial, clock, random, count }
    return { connectionManager, peerStore, events, ...own }
  }

  #registerMetrics(): void {
    const { metrics } = this.#components
    if (metrics === undefined || this.#attempts !== undefined) return
    const help = 'Attempts to get a reservation on a configured relay, and losses of one, by result'
    this.#attempts = metrics.registerCounterGroup('waystone_relay_selection_attempts_total', { label: 'result', help })
    metrics.registerMetric('waystone_relay_selection_reservations', {
      help: 'Configured relays that keep a reservation for this node',
      calculate: () => this.reservations().filter(({ state }) => state === 'reserved').length
    })
  }
}
