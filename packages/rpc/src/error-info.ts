import { Code, ConnectError } from '@connectrpc/connect'
import { ErrorInfoSchema } from '@waystone/wire/rpc'
import { hintOf, messageOf, nameOf } from '@waystone/kit/error-fields'

/**
 * An error that crosses to the caller with its name, message and hint. Every
 * other error that a handler throws arrives as a bare `internal`.
 */
export function rpcError(code: Code, error: Error): ConnectError {
  const value = { name: nameOf(error), hint: hintOf(error) ?? '' }
  return new ConnectError(messageOf(error), code, undefined, [{ desc: ErrorInfoSchema, value }], error)
}

export interface RpcFailure {
  code: Code
  /** Stable name: that which the other side gave, or the name of the code. */
  name: string
  message: string
  hint: string | undefined
}

/** What a failed call says, for people and for `switch`. */
export function describeRpcFailure(error: unknown): RpcFailure {
  const { code, rawMessage, details } = ConnectError.from(error)
  const [info] = details.length === 0 ? [] : ConnectError.from(error).findDetails(ErrorInfoSchema)
  const hint = info === undefined || info.hint === '' ? undefined : info.hint
  return { code, name: info?.name ?? Code[code], message: rawMessage, hint }
}
