import { WaystoneError } from '@waystone/interface'

/** Another registry sent what no registry sends: it is left alone for a while. */
export class SyncPartnerInvalidError extends WaystoneError {
  static override readonly name = 'SyncPartnerInvalidError'
}

/** What somebody asks of this registry to compare it is not well formed. */
export class SyncRequestInvalidError extends WaystoneError {
  static override readonly name = 'SyncRequestInvalidError'
}
