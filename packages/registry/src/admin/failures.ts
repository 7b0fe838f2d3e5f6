import { Code, ConnectError } from '@connectrpc/connect'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { rpcError } from '@waystone/rpc'

const CODES: Readonly<Record<string, Code>> = {
  UnknownKindError: Code.InvalidArgument,
  RegistryCursorError: Code.InvalidArgument,
  CursorInvalidError: Code.InvalidArgument,
  NoRegistryError: Code.Unavailable,
  RegistriesFailedError: Code.Unavailable,
  RegistryClosedError: Code.Unavailable,
  RegistryStoreError: Code.Unavailable,
  DeadlineExceededError: Code.DeadlineExceeded
}

/** Lets the named errors of registries cross to the operator; others are faults, for the log alone. */
export function explained(error: unknown): unknown {
  if (error instanceof ConnectError) return error
  const name = nameOf(error)
  const code = CODES[name] ?? (/^Filter\w+Error$/.test(name) ? Code.InvalidArgument : undefined)
  return code === undefined ? error : rpcError(code, toError(error))
}
