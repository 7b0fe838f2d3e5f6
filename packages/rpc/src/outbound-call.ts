import { Code, ConnectError } from '@connectrpc/connect'
import { toError } from '@waystone/kit/error-fields'
import { RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import { asCallError } from './client-error.ts'
import { decodeResponseHead, encodeRequestHead } from './codec.ts'
import { isStreaming } from './error-response.ts'
import { oneMessage, wholeMessages } from './message-bytes.ts'
import type { UniversalClientRequest, UniversalClientResponse } from '@connectrpc/connect/protocol'
import type { CallStream } from './call-stream.ts'
import type { ResponseHead } from './codec.ts'

export interface OutboundCallInit {
  stream: CallStream
  path: string
  request: UniversalClientRequest
  /** Takes the stream back when it can carry another call. */
  onReusable: (stream: CallStream) => void
}

// made once: an error takes longer to make than the rest of a call's end
const OVER = new ConnectError('the call has ended', Code.Canceled)

/** One call that was made: from its head to the end of its answer. */
export class OutboundCall {
  readonly #init: OutboundCallInit
  readonly #options: { signal: AbortSignal } | object
  #sent = false
  #over = false
  /** Why the request could not be sent to its end; it says more than the reset that follows. */
  #sendError: unknown

  constructor(init: OutboundCallInit) {
    const { signal } = init.request
    this.#init = init
    this.#options = signal === undefined ? {} : { signal }
    signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  async run(): Promise<UniversalClientResponse> {
    const { request } = this.#init
    try {
      request.signal?.throwIfAborted()
      if (isStreaming(request.header.get('content-type'))) void this.#sendInParts()
      else await this.#sendAtOnce()
      return await this.#response(await this.#readHead())
    } catch (error) {
      throw this.#failed(error)
    }
  }

  async #sendAtOnce(): Promise<void> {
    const body: Uint8Array[] = []
    for await (const chunk of this.#init.request.body ?? []) body.push(chunk)
    await this.#init.stream.writeAll(this.#head(), body, undefined, this.#options)
    this.#sent = true
  }

  async #sendInParts(): Promise<void> {
    const { stream, request } = this.#init
    try {
      await stream.writeHead(this.#head(), this.#options)
      for await (const chunk of request.body ?? []) {
        if (this.#over) return
        await stream.writeBody(chunk, this.#options)
      }
      if (this.#over) return
      await stream.writeTrailers(undefined, this.#options)
      this.#sent = true
    } catch (error) {
      this.#sendError ??= error
      this.#giveUp(error)
    }
  }

  #head(): Uint8Array {
    const { path, request } = this.#init
    return encodeRequestHead({ path, header: request.header })
  }

  async #readHead(): Promise<ResponseHead> {
    const bytes = await this.#init.stream.readHead(this.#options)
    if (bytes === undefined) throw new ConnectError('the peer ended the call without an answer', Code.Unavailable)
    return decodeResponseHead(bytes)
  }

  async #response({ status, header }: ResponseHead): Promise<UniversalClientResponse> {
    const trailer = new Headers()
    const inParts = status === 200 && isStreaming(header.get('content-type'))
    const body = this.#body(trailer, inParts)
    // Connect does not read the body of an answer that it refuses: only what it will read is left to it
    return { status, header, trailer, body: inParts ? body : await whole(body) }
  }

  async *#body(trailer: Headers, inParts: boolean): AsyncGenerator<Uint8Array> {
    const { stream } = this.#init
    const onTrailers = (all: Headers): void => all.forEach((value, name) => trailer.append(name, value))
    const bytes = stream.readBody({ ...this.#options, onTrailers })
    try {
      yield* inParts ? wholeMessages(bytes, RPC_MESSAGE_MAX_BYTES) : oneMessage(bytes, RPC_MESSAGE_MAX_BYTES)
    } catch (error) {
      throw this.#failed(error)
    } finally {
      this.#end()
    }
  }

  /** The answer was read, or its reader does not want the rest. */
  #end(): void {
    const { stream, onReusable } = this.#init
    if (this.#over) return
    if (!this.#sent || !stream.ended) return this.#giveUp(OVER)
    this.#finish()
    onReusable(stream)
  }

  #failed(error: unknown): ConnectError {
    this.#giveUp(error)
    return asCallError(this.#sendError ?? error, this.#init.request.signal)
  }

  #giveUp(error: unknown): void {
    if (this.#over) return
    this.#finish()
    this.#init.stream.stream.abort(toError(error))
  }

  #finish(): void {
    this.#over = true
    this.#init.request.signal?.removeEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = (): void => this.#giveUp(this.#init.request.signal?.reason)
}

async function whole(body: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return listed(chunks)
}

async function* listed(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
