import { Code } from '@connectrpc/connect'
import { errorToJsonBytes } from '@connectrpc/connect/protocol-connect'
import { rpcError } from '@waystone/rpc'

const CODES = new Map([
  [401, Code.Unauthenticated],
  [403, Code.PermissionDenied],
  [404, Code.Unimplemented],
  [405, Code.Unimplemented],
  [413, Code.ResourceExhausted],
  [500, Code.Internal]
])

/** What Connect says about an error, in JSON. */
export function refusalBody(status: number, error: Error): Uint8Array {
  return errorToJsonBytes(rpcError(CODES.get(status) ?? Code.Unknown, error), undefined)
}
