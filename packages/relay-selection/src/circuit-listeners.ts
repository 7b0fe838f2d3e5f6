import { multiaddr } from '@multiformats/multiaddr'
import { abortable, createDeadline } from '@waystone/kit'
import { RESERVE_TIMEOUT_MS } from './constants.ts'
import { ReservationFailedError } from './errors.ts'
import { CircuitTransport } from './circuit-transport.ts'
import { explainListenFailure } from './listen-failure.ts'
import { Turnstile } from './turnstile.ts'
import type { Listener, PeerId } from '@libp2p/interface'
import type { TransportManager } from '@libp2p/interface-internal'
import type { Clock } from '@waystone/interface'

/**
 * One circuit listener for each relay, made at its first reservation and used
 * for all later ones: the transport manager keeps every listener it ever made,
 * failed or not, and closing one cancels the reservations of all.
 *
 * It asks one relay at a time: when the transport has made a reservation it
 * empties its queue, and requests that stand in it never end.
 */
export class CircuitListeners {
  readonly #transports: TransportManager
  readonly #clock: Clock
  readonly #circuit: CircuitTransport
  readonly #turnstile = new Turnstile()
  readonly #listeners = new Map<string, Listener>()

  constructor(transports: TransportManager, clock: Clock) {
    this.#transports = transports
    this.#clock = clock
    this.#circuit = new CircuitTransport(transports)
  }

  isReserved(relay: PeerId): boolean {
    return this.#circuit.hasReservation(relay)
  }

  expiresAt(relay: PeerId): number | undefined {
    return this.#circuit.expiresAt(relay)
  }

  addresses(relay: PeerId): string[] {
    const end = `/p2p/${relay.toString()}/p2p-circuit`
    const all = this.#transports.getAddrs().map(String)
    return [...new Set(all.filter(address => address.endsWith(end)))]
  }

  /**
   * Asks a connected relay for a reservation, or for more time on the one it keeps.
   *
   * @throws ReservationRefusedError, NotARelayError, ReservationFailedError, NoRelayTransportError, DeadlineExceededError
   */
  async reserve(relay: PeerId, { signal }: { signal: AbortSignal }): Promise<void> {
    this.#circuit.forgive(relay)
    try {
      await this.#turnstile.pass(async () => this.#ask(relay), { signal })
    } catch (error) {
      signal.throwIfAborted()
      throw explainListenFailure(error)
    }
    if (!this.isReserved(relay)) throw new ReservationFailedError('no reservation was made')
  }

  /** Ends what is left of a reservation that may not be used any more. */
  release(relay: PeerId): void {
    this.#circuit.release(relay)
  }

  async #ask(relay: PeerId): Promise<void> {
    using deadline = createDeadline({ ms: RESERVE_TIMEOUT_MS, what: 'the reservation', clock: this.#clock })
    // listening does nothing while there is a reservation
    const asked = this.isReserved(relay) ? this.#circuit.refresh(relay) : this.#listen(relay)
    await abortable(asked, deadline.signal)
  }

  async #listen(relay: PeerId): Promise<void> {
    // without a network address the connection that is open is used, whatever it came from
    const address = multiaddr(`/p2p/${relay.toString()}/p2p-circuit`)
    const known = this.#listeners.get(relay.toString())
    const all = new Set(this.#transports.getListeners())
    // a node that stopped has dropped its listeners
    if (known !== undefined && all.has(known)) return known.listen(address)

    // the transport manager adds the listener before its first await
    const listening = this.#transports.listen([address])
    const created = this.#transports.getListeners().find(listener => !all.has(listener))
    if (created !== undefined) this.#listeners.set(relay.toString(), created)
    return listening
  }
}
