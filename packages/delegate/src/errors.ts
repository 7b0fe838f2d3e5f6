import { WaystoneError } from '@waystone/interface'

/** A delegate answered something that is provably wrong: other bytes, or a record that its key did not sign. */
export class DelegateLiedError extends WaystoneError {
  static override readonly name = 'DelegateLiedError'
}

/** There is no delegate that may be asked now. */
export class NoDelegateError extends WaystoneError {
  static override readonly name = 'NoDelegateError'
}

/** Every delegate was asked and none could help; `cause` has what each of them said. */
export class DelegatesFailedError extends WaystoneError {
  static override readonly name = 'DelegatesFailedError'
}

/** A CID cannot be parsed, or its bytes could not be verified here. */
export class CidUnsupportedError extends WaystoneError {
  static override readonly name = 'CidUnsupportedError'
}

/** Bytes are not those of their CID. */
export class BlockMismatchError extends WaystoneError {
  static override readonly name = 'BlockMismatchError'
}

/** A block that belongs to its CID but cannot be decoded. */
export class BlockMalformedError extends WaystoneError {
  static override readonly name = 'BlockMalformedError'
}

/** A DAG has more bytes, blocks, links or levels than were asked for or are allowed. */
export class FetchTooLargeError extends WaystoneError {
  static override readonly name = 'FetchTooLargeError'
}

/** The caller has used up what its level may use. */
export class QuotaExceededError extends WaystoneError {
  static override readonly name = 'QuotaExceededError'
  /** Milliseconds after which it may try again; `Infinity` where that would not help. */
  readonly retryAfterMs: number

  constructor(what: string, retryAfterMs: number) {
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
    const hint = Number.isFinite(retryAfterMs)
      ? `try again in ${seconds} s, or use another delegate`
      : 'use another delegate, or ask the operator of this one for a higher level'
    super(`the quota of ${what} is used up`, { hint })
    this.retryAfterMs = retryAfterMs
  }
}

/** An IPNS name is not one, or a record is not valid for it. */
export class IpnsInvalidError extends WaystoneError {
  static override readonly name = 'IpnsInvalidError'
}

/** A record that its key signed, and that has ended. */
export class IpnsExpiredError extends WaystoneError {
  static override readonly name = 'IpnsExpiredError'
}

/** A valid record, but older than one that was seen before. */
export class IpnsOlderError extends WaystoneError {
  static override readonly name = 'IpnsOlderError'
}

/** A peer id or an address in a request is none, or names another peer. */
export class PeerInvalidError extends WaystoneError {
  static override readonly name = 'PeerInvalidError'
}

/** This node lacks the service that the call needs. */
export class DelegateUnableError extends WaystoneError {
  static override readonly name = 'DelegateUnableError'
}

/** A path of a gateway URL leads nowhere, or through something that is not followed. */
export class PathUnresolvableError extends WaystoneError {
  static override readonly name = 'PathUnresolvableError'
}
