import { Code, ConnectError } from '@connectrpc/connect'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { rpcError } from '@waystone/rpc'

const CODES: Readonly<Record<string, Code>> = {
  CidInvalidError: Code.InvalidArgument,
  UnsupportedCidError: Code.InvalidArgument,
  CidUnsupportedError: Code.InvalidArgument,
  ContentNotAFileError: Code.InvalidArgument,
  ContentNotFoundError: Code.NotFound,
  BlockTooLargeError: Code.ResourceExhausted,
  ContentTooLargeError: Code.ResourceExhausted,
  FetchTooLargeError: Code.ResourceExhausted,
  ContentStoreFullError: Code.ResourceExhausted,
  DeadlineExceededError: Code.DeadlineExceeded,
  ContentStoppedError: Code.Unavailable,
  NoDelegateError: Code.Unavailable,
  DelegatesFailedError: Code.Unavailable
}

/** Lets the named errors of content and of delegates cross to the operator; others are faults, for the log alone. */
export function explained(error: unknown): unknown {
  if (error instanceof ConnectError) return error
  const name = nameOf(error)
  const code = CODES[name] ?? (/^(Content|Block)\w*Error$/.test(name) ? Code.FailedPrecondition : undefined)
  return code === undefined ? error : rpcError(code, toError(error))
}
