import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import { WaystoneError } from '@waystone/interface'
import type { CircuitRelayTransportComponents } from '@libp2p/circuit-relay-v2'
import type { Connection, PeerId, Stream, Transport } from '@libp2p/interface'

/** A peer that is no relay of this node brought a caller. */
class NotOurRelayError extends WaystoneError {
  static override readonly name = 'NotOurRelayError'
}

/** A relay listens on several transports in two families; addresses beyond that serve no caller. */
const MAX_ADDRESSES_PER_RELAY = 16

/** What a relay said of its addresses, as the library keeps it. */
interface CreatedReservation {
  relay: PeerId
  details: { reservation: { addrs: Uint8Array[] } }
}

interface ReservationStore {
  hasReservation(peer: PeerId): boolean
  addEventListener(type: 'relay:created-reservation', listener: (event: CustomEvent<CreatedReservation>) => void): void
}

interface CircuitTransport extends Transport {
  reservationStore: ReservationStore
  onStop(stream: Stream, connection: Connection): Promise<void>
}

/**
 * The circuit relay transport, with callers only through relays that this node
 * chose. The library (4.2.13) takes a caller from any peer, listens on that
 * peer from then on, announces whatever addresses it gives, and leaves one
 * listener behind for each stream. Of its own relays it announces every address
 * that they name, thousands too.
 */
export function circuit(): (components: CircuitRelayTransportComponents) => Transport {
  const create = circuitRelayTransport()
  return components => {
    const transport = create(components)
    if (!isCircuitTransport(transport)) throw new TypeError('this version of the circuit relay transport is not known')
    const onStop = transport.onStop.bind(transport)
    transport.onStop = async (stream, connection) => {
      if (transport.reservationStore.hasReservation(connection.remotePeer)) await onStop(stream, connection)
      else stream.abort(new NotOurRelayError('there is no reservation on this peer'))
    }
    // before the listeners that announce them, which are made later
    transport.reservationStore.addEventListener('relay:created-reservation', ({ detail: { relay, details } }) => {
      details.reservation.addrs = usableAddresses(details.reservation.addrs, relay)
    })
    return transport
  }
}

function isCircuitTransport(transport: Transport): transport is CircuitTransport {
  return 'onStop' in transport && 'reservationStore' in transport
}

/** The first few of a relay's own addresses; it may name others' or none at all. */
export function usableAddresses(addresses: Uint8Array[], relay: PeerId): Uint8Array[] {
  return addresses.filter(address => isAddressOf(relay, address)).slice(0, MAX_ADDRESSES_PER_RELAY)
}

function isAddressOf(peer: PeerId, address: Uint8Array): boolean {
  try {
    const last = multiaddr(address).getComponents().at(-1)
    return last?.code === CODE_P2P && last.value !== undefined && peerIdFromString(last.value).equals(peer)
  } catch {
    return false
  }
}
