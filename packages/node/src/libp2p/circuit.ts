import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { WaystoneError } from '@waystone/interface'
import type { CircuitRelayTransportComponents } from '@libp2p/circuit-relay-v2'
import type { Connection, PeerId, Stream, Transport } from '@libp2p/interface'

/** A peer that is no relay of this node brought a caller. */
class NotOurRelayError extends WaystoneError {
  static override readonly name = 'NotOurRelayError'
}

interface CircuitTransport extends Transport {
  reservationStore: { hasReservation(peer: PeerId): boolean }
  onStop(stream: Stream, connection: Connection): Promise<void>
}

/**
 * The circuit relay transport, with callers only through relays that this node
 * chose. The library (4.2.13) takes a caller from any peer, listens on that
 * peer from then on, announces whatever addresses it gives, and leaves one
 * listener behind for each stream.
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
    return transport
  }
}

function isCircuitTransport(transport: Transport): transport is CircuitTransport {
  return 'onStop' in transport && 'reservationStore' in transport
}
