import { Code } from '@connectrpc/connect'
import { rpcError } from '@waystone/rpc'
import type { ConnectError } from '@connectrpc/connect'

/** What a caller is told whose ratings are not taken. */
export function refusal(error: Error): ConnectError {
  return rpcError(Code.ResourceExhausted, error)
}
