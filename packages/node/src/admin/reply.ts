import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** A whole answer. */
export interface Reply {
  status: number
  body: string | Uint8Array
  /** Default: plain text. */
  contentType?: string
  headers?: OutgoingHttpHeaders
}

/** A refusal in the form that Connect's clients understand, and people too. Connect is loaded at the first one. */
export async function refusal(status: number, error: Error, headers: OutgoingHttpHeaders = {}): Promise<Reply> {
  const { refusalBody } = await import('./refusal-body.ts')
  return { status, body: refusalBody(status, error), contentType: 'application/json', headers }
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
