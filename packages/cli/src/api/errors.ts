import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'

/** No node runs where one was looked for. */
export class NodeNotRunningError extends WaystoneError {
  static override readonly name = 'NodeNotRunningError'
}

/** Several nodes run, and the command line does not say which one is meant. */
export class SeveralNodesError extends WaystoneError {
  static override readonly name = 'SeveralNodesError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** What `--api` names is no admin API that may be called. */
export class ApiUrlInvalidError extends WaystoneError {
  static override readonly name = 'ApiUrlInvalidError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** A file with a token or a certificate cannot be read, or holds something else. */
export class ApiFileError extends WaystoneError {
  static override readonly name = 'ApiFileError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** The node does not know the token, or got none. */
export class TokenRefusedError extends WaystoneError {
  static override readonly name = 'TokenRefusedError'
}

/** The node ended, or its machine went away, during a call. */
export class NodeLostError extends WaystoneError {
  static override readonly name = 'NodeLostError'
}

/** The machine that `--api` names cannot be reached, or its name is unknown here. */
export class NodeUnreachableError extends WaystoneError {
  static override readonly name = 'NodeUnreachableError'
}

/** The node took a call and never answered it. */
export class NodeSilentError extends WaystoneError {
  static override readonly name = 'NodeSilentError'
}

/** The certificate of the admin API is not trusted here, or is for another name. */
export class ApiCertificateError extends WaystoneError {
  static override readonly name = 'ApiCertificateError'
}

/** The node has no such call. */
export class CallUnknownError extends WaystoneError {
  static override readonly name = 'CallUnknownError'
}

/** The node has ended what a command asked for before it was done, most likely because it stops. */
export class EndedByNodeError extends WaystoneError {
  static override readonly name = 'EndedByNodeError'

  /** @param what - with its article, such as `the transfer` */
  constructor(what: string) {
    super(`the node has ended ${what}`, { hint: 'it stops, or was stopped; see its log' })
  }
}
