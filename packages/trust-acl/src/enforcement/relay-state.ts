import type { PeerId, Transport } from '@libp2p/interface'

/** What is used of the reservations of `@libp2p/circuit-relay-v2`'s server: by peer. */
export interface GivenReservations {
  keys(): Iterable<PeerId>
  delete(peer: PeerId): unknown
}

interface HeldReservation {
  timeout: Parameters<typeof clearTimeout>[0]
}

/** The reservations of its transport (4.2.13), `reservations` being private in its types. */
interface HeldReservations {
  reservations: { entries(): Iterable<[PeerId, HeldReservation]>; delete(peer: PeerId): unknown }
  safeDispatchEvent(type: 'relay:removed', init: { detail: { relay: PeerId; details: HeldReservation } }): void
}

/** As a relay: takes the slots of those back who may have none. Their circuits are streams, and end as such. */
export function takeBackReservations(given: GivenReservations, isAllowed: (peer: PeerId) => boolean): PeerId[] {
  const denied = [...given.keys()].filter(peer => !isAllowed(peer))
  for (const peer of denied) given.delete(peer)
  return denied
}

/**
 * As a client: gives up the slots on relays that are not to be used. The
 * library has no way to; this is what it does itself when the connection to a
 * relay ends, so that the addresses through it are withdrawn. The connection stays.
 */
export function giveUpReservations(transports: readonly Transport[], isAllowed: (relay: PeerId) => boolean): PeerId[] {
  const held = transports.find(holdsReservations)?.reservationStore
  if (held === undefined) return []
  const denied = [...held.reservations.entries()].filter(([relay]) => !isAllowed(relay))
  for (const [relay, details] of denied) {
    clearTimeout(details.timeout)
    held.reservations.delete(relay)
    held.safeDispatchEvent('relay:removed', { detail: { relay, details } })
  }
  return denied.map(([relay]) => relay)
}

function holdsReservations(transport: Transport): transport is Transport & { reservationStore: HeldReservations } {
  return transport[Symbol.toStringTag] === '@libp2p/circuit-relay-v2-transport' && 'reservationStore' in transport
}
