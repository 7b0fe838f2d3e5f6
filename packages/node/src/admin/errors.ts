import { WaystoneError } from '@waystone/interface'
import { EXIT_START_FAILED } from '../exit-codes.ts'

/** Others than the owner may read or write the token of the admin API, or it is none. */
export class AdminTokenFileError extends WaystoneError {
  static override readonly name = 'AdminTokenFileError'
  readonly exitCode = EXIT_START_FAILED
}

/** The admin API would be open to other hosts without encryption. */
export class AdminTlsRequiredError extends WaystoneError {
  static override readonly name = 'AdminTlsRequiredError'
  readonly exitCode = EXIT_START_FAILED
}

/** The admin API cannot listen where the config says, for a reason other than a port in use. */
export class AdminListenError extends WaystoneError {
  static override readonly name = 'AdminListenError'
  readonly exitCode = EXIT_START_FAILED
}

/** The path of the admin API's unix socket is taken: by another process, or by something that is no socket. */
export class AdminSocketInUseError extends WaystoneError {
  static override readonly name = 'AdminSocketInUseError'
  readonly exitCode = EXIT_START_FAILED
}

/** The request has no token of this node. */
export class AdminTokenWrongError extends WaystoneError {
  static override readonly name = 'AdminTokenWrongError'
}

/** The request was meant for another host, or a web page sent it. */
export class AdminRequestForeignError extends WaystoneError {
  static override readonly name = 'AdminRequestForeignError'
}

/** There is nothing at the path of the request, or not for its method. */
export class AdminPathUnknownError extends WaystoneError {
  static override readonly name = 'AdminPathUnknownError'
}

/** The node stops, and so the call ends. */
export class NodeStoppingError extends WaystoneError {
  static override readonly name = 'NodeStoppingError'
}
