import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { publicError, statusOf } from '../server/failures.ts'

/** What web pages of other origins may see: everything, since nothing here is anybody's own. */
export const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD, PUT, OPTIONS',
  'access-control-allow-headers': 'Accept, Content-Type, If-None-Match, Range, User-Agent, X-Requested-With',
  'access-control-expose-headers': 'Content-Length, ETag, Retry-After, X-Ipfs-Path, X-Stream-Output',
  'access-control-max-age': '86400'
}

const ALWAYS = { ...CORS, 'x-content-type-options': 'nosniff' }

/** Seconds for which "not found" may be kept: somebody may provide it soon. */
export const SHORT_AGE_S = 15

/** A request that is answered with this status and one line. */
export class HttpRefusal extends Error {
  static override readonly name = 'HttpRefusal'
  readonly status: number
  readonly headers: Record<string, string>

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.name = 'HttpRefusal'
    this.status = status
    this.headers = headers
  }
}

export function reply(
  status: number,
  body: ConstructorParameters<typeof Response>[0],
  headers: Record<string, string> = {}
): Response {
  return new Response(body, { status, headers: { ...ALWAYS, ...headers } })
}

/** A body that is made while it is read; not every browser has `ReadableStream.from`. */
export function streamOf(parts: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await parts.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      cancel: async () => void (await parts.return(undefined))
    },
    // nothing is fetched that nobody reads
    { highWaterMark: 0 }
  )
}

/** Plain text, as the specs have errors. */
export function refusalReply(error: unknown): Response {
  if (error instanceof HttpRefusal) {
    return reply(error.status, `${error.message}\n`, { ...plain, ...error.headers })
  }
  const shown = publicError(error)
  const hint = 'hint' in shown && typeof shown.hint === 'string' ? `\n${shown.hint}` : ''
  return reply(statusOf(error), `${nameOf(shown)}: ${messageOf(shown)}${hint}\n`, { ...plain, ...retryAfter(error) })
}

const plain = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }

function retryAfter(error: unknown): Record<string, string> {
  const after: unknown = Object(error).retryAfterMs
  if (typeof after !== 'number' || !Number.isFinite(after)) return {}
  return { 'retry-after': String(Math.max(1, Math.ceil(after / 1000))) }
}
