import { WaystoneError } from '@waystone/interface'

/** The registry holds as many records, or bytes, as it may. */
export class RegistryFullError extends WaystoneError {
  static override readonly name = 'RegistryFullError'
}

/** The peer has as many records here as one peer may. */
export class PeerRecordsFullError extends WaystoneError {
  static override readonly name = 'PeerRecordsFullError'
}

/** From the peer's network come as many records as from one network may. */
export class NetworkRecordsFullError extends WaystoneError {
  static override readonly name = 'NetworkRecordsFullError'
}

/** The database cannot be opened, read or written. The node goes on without. */
export class RegistryStoreError extends WaystoneError {
  static override readonly name = 'RegistryStoreError'
}

/** The registry was used before its start or after its stop. */
export class RegistryClosedError extends WaystoneError {
  static override readonly name = 'RegistryClosedError'
}
