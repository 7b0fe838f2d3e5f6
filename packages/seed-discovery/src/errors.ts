import { WaystoneError } from '@waystone/interface'

/** A configured seed is not a direct address that ends in /p2p/PEER-ID. */
export class InvalidSeedAddressError extends WaystoneError {
  static override readonly name = 'InvalidSeedAddressError'
}
