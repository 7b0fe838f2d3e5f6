import { WaystoneError } from '@waystone/interface'

/** The peer does not serve the hop protocol of circuit relay v2. */
export class NotARelayError extends WaystoneError {
  static override readonly name = 'NotARelayError'
}

/** The relay answered the request for a reservation with a status other than OK. */
export class ReservationRefusedError extends WaystoneError {
  static override readonly name = 'ReservationRefusedError'
}

/** A reservation could not be made, for another reason than a refusal. */
export class ReservationFailedError extends WaystoneError {
  static override readonly name = 'ReservationFailedError'
}

/** The node has no circuit relay transport, or one that this version does not know. */
export class NoRelayTransportError extends WaystoneError {
  static override readonly name = 'NoRelayTransportError'
}
