import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'

/** A folder is none of a cluster, or one of another cluster. */
export class ClusterFolderError extends WaystoneError {
  static override readonly name = 'ClusterFolderError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** Who is to leave is no member, or the name stands for several. */
export class MemberUnknownError extends WaystoneError {
  static override readonly name = 'MemberUnknownError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** Options or arguments that do not go together. */
export class ClusterArgumentError extends WaystoneError {
  static override readonly name = 'ClusterArgumentError'
  readonly exitCode = EXIT_BAD_CONFIG
}
