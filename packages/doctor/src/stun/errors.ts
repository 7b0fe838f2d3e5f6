import { WaystoneError } from '@waystone/interface'

/** A datagram is no STUN message, or a damaged one. */
export class StunMessageInvalidError extends WaystoneError {
  static override readonly name = 'StunMessageInvalidError'
}

/** A STUN server has not answered any of the requests of a transaction. */
export class StunTimeoutError extends WaystoneError {
  static override readonly name = 'StunTimeoutError'
}

/** A STUN server answers that it does not do what is asked. */
export class StunRefusedError extends WaystoneError {
  static override readonly name = 'StunRefusedError'
  readonly code: number

  constructor(code: number) {
    super(`the STUN server refuses with ${code}`)
    this.code = code
  }
}

/** A STUN URL cannot be used, or its host has no IPv4 address. */
export class StunServerInvalidError extends WaystoneError {
  static override readonly name = 'StunServerInvalidError'
}
