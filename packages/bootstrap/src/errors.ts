import { WaystoneError } from '@waystone/interface'

/** A record is no signed peer record of the peer that it names. */
export class PeerRecordInvalidError extends WaystoneError {
  static override readonly name = 'PeerRecordInvalidError'
}

/** A seed sent more records than it was asked for. */
export class TooManyRecordsError extends WaystoneError {
  static override readonly name = 'TooManyRecordsError'
}
