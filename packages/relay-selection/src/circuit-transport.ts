import { NoRelayTransportError } from './errors.ts'
import type { PeerId, Transport, TypedEventTarget } from '@libp2p/interface'
import type { TransportManager } from '@libp2p/interface-internal'

/**
 * What is used of the reservation store of `@libp2p/circuit-relay-v2`. The
 * methods are public. `relayFilter` is private in its types: it
 * holds the peers that once failed with DialError or UnsupportedProtocolError,
 * and nothing ever takes one out, so a relay that was asked while it was
 * stopping would be refused by our own node for ever. `reservations` is private
 * too: only a lost connection takes one out, and what is not allowed any more
 * must end although the peer stays connected.
 */
interface ReservationStore extends Pick<TypedEventTarget<ReservationEvents>, 'safeDispatchEvent'> {
  hasReservation(peerId: PeerId): boolean
  getReservation(peerId: PeerId): { expire: bigint } | undefined
  addRelay(peerId: PeerId, type: 'configured'): Promise<unknown>
  relayFilter?: { remove?(item: Uint8Array): boolean }
  reservations?: ReservationMap
}

interface Reserved {
  timeout: Parameters<typeof clearTimeout>[0]
}

interface ReservationMap {
  get(peerId: PeerId): Reserved | undefined
  delete(peerId: PeerId): unknown
}

interface ReservationEvents {
  'relay:removed': CustomEvent<{ relay: PeerId; details: Reserved }>
}

/** What the circuit relay transport knows of our reservations. */
export class CircuitTransport {
  readonly #transports: TransportManager

  constructor(transports: TransportManager) {
    this.#transports = transports
  }

  hasReservation(relay: PeerId): boolean {
    return this.#store()?.hasReservation(relay) ?? false
  }

  /** Milliseconds since the Unix epoch. */
  expiresAt(relay: PeerId): number | undefined {
    const reservation = this.#store()?.getReservation(relay)
    return reservation === undefined ? undefined : Number(reservation.expire) * 1_000
  }

  /**
   * Lets the transport ask a relay again that once failed.
   *
   * @throws NoRelayTransportError
   */
  forgive(relay: PeerId): void {
    this.#requireStore().relayFilter?.remove?.(relay.toMultihash().bytes)
  }

  /**
   * Asks for more time when the reservation ends within 10 minutes; otherwise does nothing.
   *
   * @throws NoRelayTransportError
   */
  async refresh(relay: PeerId): Promise<void> {
    await this.#requireStore().addRelay(relay, 'configured')
  }

  /** Ends our side of a reservation: it is not renewed, its addresses go, callers through it are refused. */
  release(relay: PeerId): void {
    const store = this.#store()
    const details = store?.reservations?.get(relay)
    if (store === undefined || details === undefined) return
    clearTimeout(details.timeout)
    store.reservations?.delete(relay)
    // as the store itself does: listeners drop their addresses
    store.safeDispatchEvent('relay:removed', { detail: { relay, details } })
  }

  #requireStore(): ReservationStore {
    const store = this.#store()
    if (store !== undefined) return store
    throw new NoRelayTransportError('the node has no circuit relay transport', {
      hint: 'Switch the circuit transport on, or configure no relays.'
    })
  }

  #store(): ReservationStore | undefined {
    return this.#transports.getTransports().find(hasReservationStore)?.reservationStore
  }
}

function hasReservationStore(transport: Transport): transport is Transport & { reservationStore: ReservationStore } {
  return transport[Symbol.toStringTag] === '@libp2p/circuit-relay-v2-transport' && 'reservationStore' in transport
}
