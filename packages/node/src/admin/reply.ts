import { Code } from '@connectrpc/connect'
import { errorToJsonBytes } from '@connectrpc/connect/protocol-connect'
import { rpcError } from '@waystone/rpc'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** A whole answer. */
export interface Reply {
  status: number
  body: string | Uint8Array
  /** Default: plain text. */
  contentType?: string
  headers?: OutgoingHttpHeaders
}

const CODES = new Map([
  [401, Code.Unauthenticated],
  [403, Code.PermissionDenied],
  [404, Code.Unimplemented],
  [405, Code.Unimplemented],
  [413, Code.ResourceExhausted],
  [500, Code.Internal]
])

/** A refusal in the form that Connect's clients understand, and people too. */
export function refusal(status: number, error: Error, headers: OutgoingHttpHeaders = {}): Reply {
  const body = errorToJsonBytes(rpcError(CODES.get(status) ?? Code.Unknown, error), undefined)
  return { status, body, contentType: 'application/json', headers }
}

/** Sends an answer. Node reads and drops what is still to come of the request, within the time that requests have. */
export function send(reply: Reply, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(reply.status, {
    'content-type': reply.contentType ?? 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...reply.headers
  })
  response.end(request.method === 'HEAD' ? undefined : reply.body)
}
