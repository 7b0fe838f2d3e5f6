import { WaystoneError } from '@waystone/interface'

/** A peer brings a record of another one. */
export class RecordOfOtherPeerError extends WaystoneError {
  static override readonly name = 'RecordOfOtherPeerError'
}

/** The peer may not register records of this kind here. */
export class RecordDeniedError extends WaystoneError {
  static override readonly name = 'RecordDeniedError'
}

/** A newer record of the same name is held. */
export class RecordOutdatedError extends WaystoneError {
  static override readonly name = 'RecordOutdatedError'
}

/** More records in one call than may be. */
export class TooManyRecordsError extends WaystoneError {
  static override readonly name = 'TooManyRecordsError'
}

/** The peer, or its network, asks or registers too often. */
export class RegistryTooOftenError extends WaystoneError {
  static override readonly name = 'RegistryTooOftenError'
}

/** As many watch as may, or as one peer may. */
export class TooManyWatchersError extends WaystoneError {
  static override readonly name = 'TooManyWatchersError'
}
