import { Code } from '@connectrpc/connect'
import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG, EXIT_FAILED } from '@waystone/node/exit-codes'
import { describeRpcFailure } from '@waystone/rpc'

/** A call of a node failed. Its name is the one that the node gave. */
class CallFailedError extends WaystoneError {
  static override readonly name = 'CallFailedError'
  readonly exitCode: number

  constructor(error: unknown) {
    const { code, name, message, hint } = describeRpcFailure(error)
    super(message, { cause: error, ...(hint !== undefined && { hint }) })
    this.name = name === Code[code] ? new.target.name : name
    this.exitCode = code === Code.InvalidArgument ? EXIT_BAD_CONFIG : EXIT_FAILED
  }
}

/** What a failed call says to the person who caused it: name, message, hint and exit code. */
export function callFailure(error: unknown): WaystoneError & { exitCode: number } {
  return new CallFailedError(error)
}
