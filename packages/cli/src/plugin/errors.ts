import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'

/** A plugin cannot have this name. */
export class PluginNameInvalidError extends WaystoneError {
  static override readonly name = 'PluginNameInvalidError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** There is something already where the new package would be. */
export class FolderNotEmptyError extends WaystoneError {
  static override readonly name = 'FolderNotEmptyError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** A folder has not all packages of this release that a plugin needs. */
export class PackedPackagesMissingError extends WaystoneError {
  static override readonly name = 'PackedPackagesMissingError'
  readonly exitCode = EXIT_BAD_CONFIG
}
