import { WaystoneError } from '@waystone/interface'

/** The bytes are no record, or one of its parts has the wrong form. */
export class RecordInvalidError extends WaystoneError {
  static override readonly name = 'RecordInvalidError'
}

/** It was not signed by the peer that it names. */
export class RecordSignatureError extends WaystoneError {
  static override readonly name = 'RecordSignatureError'
}

/** The sequence is 0, or above 2^53 - 1. */
export class RecordSequenceError extends WaystoneError {
  static override readonly name = 'RecordSequenceError'
}

/** It has expired, or lasts longer than records may. */
export class RecordExpiryError extends WaystoneError {
  static override readonly name = 'RecordExpiryError'
}

/** The record, its key or its payload has more bytes than it may. */
export class RecordTooLargeError extends WaystoneError {
  static override readonly name = 'RecordTooLargeError'
}

/** This registry has no such kind. */
export class UnknownKindError extends WaystoneError {
  static override readonly name = 'UnknownKindError'
}

/** The payload is not a message of the kind, or says what the kind does not allow. */
export class RecordPayloadError extends WaystoneError {
  static override readonly name = 'RecordPayloadError'
}
