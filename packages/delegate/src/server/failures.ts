import { Code, ConnectError } from '@connectrpc/connect'
import { WaystoneError } from '@waystone/interface'
import { nameOf } from '@waystone/kit/error-fields'
import { rpcError } from '@waystone/rpc'

interface FailureKind {
  code: Code
  status: number
}

const NOT_FOUND: FailureKind = { code: Code.NotFound, status: 404 }
const BAD_INPUT: FailureKind = { code: Code.InvalidArgument, status: 400 }

/** By the name of the error; what is not named here was not found. */
const KINDS = new Map<string, FailureKind>([
  ['QuotaExceededError', { code: Code.ResourceExhausted, status: 429 }],
  ['FetchTooLargeError', { code: Code.ResourceExhausted, status: 403 }],
  ['CidUnsupportedError', BAD_INPUT],
  ['IpnsInvalidError', BAD_INPUT],
  ['IpnsExpiredError', BAD_INPUT],
  ['PeerInvalidError', BAD_INPUT],
  ['IpnsOlderError', { code: Code.FailedPrecondition, status: 409 }],
  ['DelegateUnableError', { code: Code.Unimplemented, status: 501 }],
  ['DeadlineExceededError', { code: Code.DeadlineExceeded, status: 504 }]
])

/** The HTTP status for an error. */
export function statusOf(error: unknown): number {
  return (KINDS.get(nameOf(error)) ?? NOT_FOUND).status
}

/** What a caller is told. Errors of the node's inner parts are not its business. */
export function publicError(error: unknown): Error {
  if (error instanceof Error && (error instanceof WaystoneError || KINDS.has(nameOf(error)))) return error
  return new WaystoneError('nothing was found', { hint: 'try again later, or ask another delegate' })
}

/** The failure of a call, as its caller gets it. */
export function callError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error
  return rpcError((KINDS.get(nameOf(error)) ?? NOT_FOUND).code, publicError(error))
}
