import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, CODE_P2P_CIRCUIT } from '@multiformats/multiaddr'
import { MAX_ADDRESS_LENGTH } from './constants.ts'
import type { Connection, Libp2pEvents, PeerId, Transport, TypedEventTarget } from '@libp2p/interface'
import type { TransportManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Ratings } from './ratings.ts'

type RelayEvent = CustomEvent<{ relay: PeerId }>

/** The reservations of libp2p's circuit relay transport, private in its types; its events are public. */
interface ReservationEvents {
  addEventListener(type: string, listener: (event: RelayEvent) => void): void
  removeEventListener(type: string, listener: (event: RelayEvent) => void): void
}

export interface ObserverInit {
  ratings: Pick<Ratings, 'observe'>
  events: TypedEventTarget<Libp2pEvents>
  transportManager: Pick<TransportManager, 'getTransports'>
  /** Whether a relay may be used: a reservation that we gave up is not its fault. */
  isRelay: (peer: PeerId) => boolean
}

/** Measures by what happens anyway: connections that we open, circuits, reservations. */
export class Observer {
  readonly #init: ObserverInit
  #reservations: ReservationEvents | undefined

  constructor(init: ObserverInit) {
    this.#init = init
  }

  start(): void {
    const { events, transportManager } = this.#init
    events.addEventListener('connection:open', this.#onOpen)
    this.#reservations = transportManager.getTransports().find(hasReservations)?.reservationStore
    this.#reservations?.addEventListener('relay:created-reservation', this.#onReserved)
    this.#reservations?.addEventListener('relay:removed', this.#onRemoved)
  }

  stop(): void {
    this.#init.events.removeEventListener('connection:open', this.#onOpen)
    this.#reservations?.removeEventListener('relay:created-reservation', this.#onReserved)
    this.#reservations?.removeEventListener('relay:removed', this.#onRemoved)
  }

  readonly #onOpen = ({ detail: { remotePeer, remoteAddr, direction } }: CustomEvent<Connection>): void => {
    const { ratings } = this.#init
    const relay = relayOf(remoteAddr)
    if (relay !== undefined) ratings.observe(relay, { measure: 'relayQuality', worked: true })
    else if (direction === 'outbound')
      ratings.observe(remotePeer, { measure: 'reachability', worked: true, ...addressOf(remoteAddr) })
  }

  readonly #onReserved = ({ detail: { relay } }: RelayEvent): void => {
    this.#init.ratings.observe(relay, { measure: 'relayQuality', worked: true })
  }

  readonly #onRemoved = ({ detail: { relay } }: RelayEvent): void => {
    if (this.#init.isRelay(relay)) this.#init.ratings.observe(relay, { measure: 'relayQuality', worked: false })
  }
}

function hasReservations(transport: Transport): transport is Transport & { reservationStore: ReservationEvents } {
  return transport[Symbol.toStringTag] === '@libp2p/circuit-relay-v2-transport' && 'reservationStore' in transport
}

function relayOf(address: Multiaddr): PeerId | undefined {
  const components = address.getComponents()
  const circuit = components.findIndex(({ code }) => code === CODE_P2P_CIRCUIT)
  const id = components.slice(0, Math.max(0, circuit)).findLast(({ code }) => code === CODE_P2P)?.value
  return id === undefined ? undefined : peerIdFromString(id)
}

function addressOf(address: Multiaddr): { address?: string } {
  const text = address.toString().replace(/\/p2p\/[^/]+$/, '')
  return text.length > MAX_ADDRESS_LENGTH ? {} : { address: text }
}
