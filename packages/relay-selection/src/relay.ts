import { abortable, createDeadline, Supervisor } from '@waystone/kit'
import { HANDSHAKE_TIMEOUT_MS } from '@waystone/wire'
import { describeAttemptFailure } from './attempt-failure.ts'
import { RELAY_TAG, RELAY_TAG_VALUE, TRANSPORT_TAG } from './constants.ts'
import { waitForHopProtocol } from './hop-protocol.ts'
import { Refresh } from './refresh.ts'
import { INITIAL_STATE, next } from './relay-state.ts'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Logger, PeerId, PeerStore } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { BackoffInit } from '@waystone/kit'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { AttemptResult } from './attempt-failure.ts'
import type { CircuitListeners } from './circuit-listeners.ts'
import type { RelayReservation, RelaySelectionEvents } from './contract.ts'
import type { RelayEvent, RelayState } from './relay-state.ts'

export interface RelayParts {
  connectionManager: ConnectionManager
  peerStore: PeerStore
  events: RelaySelectionEvents
  listeners: CircuitListeners
  log: Logger
  backoff: BackoffInit
  identifyTimeoutMs: number
  /** Why a relay may not be used, if it may not. */
  denial: (relay: PeerId) => string | undefined
  clock: Clock
  random: Random
  count: (result: AttemptResult | 'reserved' | 'refreshed') => void
}

/** One relay and the loop that keeps a reservation on it. */
export class Relay {
  readonly #relay: PeerAddresses
  readonly #parts: RelayParts
  readonly #supervisor: Supervisor
  readonly #refresh: Refresh
  #state: RelayState = INITIAL_STATE
  #signal: AbortSignal = AbortSignal.abort()
  #onReview: (() => void) | undefined

  constructor(relay: PeerAddresses, parts: RelayParts) {
    this.#relay = relay
    this.#parts = parts
    this.#supervisor = new Supervisor({
      ...parts.backoff,
      what: 'reservation',
      clock: parts.clock,
      random: parts.random,
      isHeld: () => this.#isReserved(),
      acquire: options => this.#acquire(options),
      onHeld: () => this.#reserved(),
      onFailure: (error, nextTryAt) => this.#failed(error, nextTryAt)
    })
    this.#refresh = new Refresh({
      clock: parts.clock,
      expiresAt: () => parts.listeners.expiresAt(relay.peerId),
      refresh: async () => parts.listeners.reserve(relay.peerId, { signal: this.#signal }),
      onEnd: error => this.#refreshed(error)
    })
  }

  /** Resolves when the signal ends. */
  async keep({ signal }: { signal: AbortSignal }): Promise<void> {
    while (!signal.aborted) {
      await (this.#denial() === undefined ? this.#use(signal) : this.#leaveAlone(signal))
    }
  }

  /** Looks again whether the reservation is there. */
  wake(): void {
    this.#supervisor.wake()
    // a request that was under way when the relay was denied may still bring one
    if (this.#state.state === 'denied') this.#parts.listeners.release(this.#relay.peerId)
  }

  /** Looks again whether the relay may be used. */
  review(): void {
    this.#onReview?.()
  }

  status(): RelayReservation {
    const { peerId, addresses } = this.#relay
    const { listeners } = this.#parts
    const common = { relay: peerId.toString(), addresses: addresses.map(String) }
    if (this.#state.state === 'denied' || !this.#isReserved())
      return { ...common, ...this.#withoutReservation(), circuitAddresses: [] }
    const expiresAt = listeners.expiresAt(peerId)
    return {
      ...common,
      state: 'reserved',
      circuitAddresses: listeners.addresses(peerId),
      ...(expiresAt === undefined ? {} : { expiresAt })
    }
  }

  #denial(): string | undefined {
    return this.#parts.denial(this.#relay.peerId)
  }

  async #use(signal: AbortSignal): Promise<void> {
    const denied = new AbortController()
    this.#onReview = () => (this.#denial() === undefined ? undefined : denied.abort())
    this.#signal = AbortSignal.any([signal, denied.signal])
    await this.#supervisor.run({ signal: this.#signal })
    this.#refresh.stop()
    if (denied.signal.aborted) await this.#giveUp()
  }

  async #leaveAlone(signal: AbortSignal): Promise<void> {
    const { promise: allowed, resolve } = Promise.withResolvers<void>()
    this.#onReview = () => {
      const reason = this.#denial()
      if (reason === undefined) resolve()
      else this.#change({ type: 'denied', reason })
    }
    this.#onReview()
    await abortable(allowed, signal).catch(() => undefined)
    if (!signal.aborted) this.#change({ type: 'allowed' })
  }

  async #giveUp(): Promise<void> {
    const { listeners, peerStore, log } = this.#parts
    const { peerId } = this.#relay
    log('relay %p may not be used any more: %s', peerId, this.#denial() ?? 'it was denied for a moment')
    listeners.release(peerId)
    try {
      await peerStore.merge(peerId, { tags: { [RELAY_TAG]: undefined, [TRANSPORT_TAG]: undefined } })
    } catch (error) {
      log('relay %p is still tagged - %e', peerId, error)
    }
  }

  #isReserved(): boolean {
    const { listeners, clock } = this.#parts
    const expiresAt = listeners.expiresAt(this.#relay.peerId)
    return expiresAt !== undefined && expiresAt > clock.now()
  }

  // a loss that the loop has not seen yet
  #withoutReservation(): RelayState {
    return this.#state.state === 'reserved' ? { state: 'waiting', lastError: 'reservation lost' } : this.#state
  }

  async #acquire({ signal }: { signal: AbortSignal }): Promise<void> {
    const { identifyTimeoutMs: timeoutMs } = this.#parts
    const { peerId } = this.#relay
    this.#change({ type: 'attempt' })
    await this.#connect(signal)
    await waitForHopProtocol(peerId, { ...this.#parts, timeoutMs, signal })
    await this.#parts.listeners.reserve(peerId, { signal })
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { connectionManager, peerStore, clock } = this.#parts
    const { peerId, addresses } = this.#relay
    // libp2p dials the addresses of one peer one after the other
    const ms = HANDSHAKE_TIMEOUT_MS * addresses.length
    using deadline = createDeadline({ ms, what: 'dialling a relay', signal, clock })
    const tags = { [RELAY_TAG]: { value: RELAY_TAG_VALUE } }
    await peerStore.merge(peerId, { multiaddrs: addresses, tags }, { signal: deadline.signal })
    await connectionManager.openConnection(addresses, { signal: deadline.signal }).catch((error: unknown) => {
      // libp2p reports an ended signal by errors of its own
      throw deadline.signal.aborted ? deadline.signal.reason : error
    })
  }

  #reserved(): void {
    this.#parts.count('reserved')
    this.#parts.log('relay %p keeps a reservation for us', this.#relay.peerId)
    this.#change({ type: 'reserved' })
    this.#refresh.start()
  }

  #refreshed(error: unknown): void {
    const { count, log } = this.#parts
    if (this.#signal.aborted) return
    count(error === undefined ? 'refreshed' : describeAttemptFailure(error).result)
    if (error !== undefined) log('relay %p did not refresh our reservation - %e', this.#relay.peerId, error)
    this.#supervisor.wake()
  }

  #failed(error: unknown, nextTryAt: number): void {
    this.#refresh.stop()
    const { result, reason } = describeAttemptFailure(error)
    this.#parts.count(result)
    // what a remote does is news, no fault of this node
    if (reason !== this.#state.lastError) {
      this.#parts.log('relay %p keeps no reservation for us: %s', this.#relay.peerId, reason)
    }
    this.#change({ type: 'failed', reason, nextTryAt })
  }

  #change(event: RelayEvent): void {
    this.#state = next(this.#state, event)
  }
}
