import { Code } from '@connectrpc/connect'
import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG, EXIT_FAILED } from '@waystone/node/exit-codes'
import { describeRpcFailure } from '@waystone/rpc'

/** What a person can do where the other side says no more than a code. */
const HINTS: Partial<Record<Code, string>> = {
  [Code.Unimplemented]: 'check the name of the method, and which version of Waystone or of the plugin runs there',
  [Code.PermissionDenied]: 'whoever runs the other side allows it, with trust.grants in its configuration',
  [Code.DeadlineExceeded]: 'the other side may be busy, or the way to it slow',
  [Code.Unavailable]: 'the other side may have stopped, or the way to it broken',
  [Code.Internal]: 'the log of the other side says more'
}

/** A call of a node failed. Its name is the one that the node gave. */
class CallFailedError extends WaystoneError {
  static override readonly name = 'CallFailedError'
  readonly exitCode: number

  constructor(error: unknown) {
    const { code, name, message, hint = HINTS[code] } = describeRpcFailure(error)
    super(message, { cause: error, ...(hint !== undefined && { hint }) })
    this.name = name === Code[code] ? new.target.name : name
    this.exitCode = code === Code.InvalidArgument ? EXIT_BAD_CONFIG : EXIT_FAILED
  }
}

/** What a failed call says to the person who caused it: name, message, hint and exit code. */
export function callFailure(error: unknown): WaystoneError & { exitCode: number } {
  return new CallFailedError(error)
}
