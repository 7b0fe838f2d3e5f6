import { Code, ConnectError } from '@connectrpc/connect'
import { toError } from '@waystone/kit/error-fields'
import { RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import { asCallError } from './client-error.ts'
import { decodeResponseHead, encodeRequestHead } from './codec.ts'
import { isStreaming } from './error-response.ts'
import type { UniversalClientRequest, UniversalClientResponse } from '@connectrpc/connect/protocol'
import type { CallStream } from './call-stream.ts'
import type { ResponseHead } from './codec.ts'

export interface OutboundCallInit {
  stream: CallStream
  request: UniversalClientRequest
  /** Takes the stream back when it can carry another call. */
  onReusable: (stream: CallStream) => void
}

/** One call that was made: from its head to the end of its answer. */
export class OutboundCall {
  readonly #init: OutboundCallInit
  #sent = false
  #over = false

  constructor(init: OutboundCallInit) {
    this.#init = init
    init.request.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  async run(): Promise<UniversalClientResponse> {
    const { request } = this.#init
    try {
      request.signal?.throwIfAborted()
      if (isStreaming(request.header.get('content-type'))) void this.#sendInParts()
      else await this.#sendAtOnce()
      return await this.#response(await this.#readHead())
    } catch (error) {
      this.#giveUp(error)
      throw asCallError(error, request.signal)
    }
  }

  async #sendAtOnce(): Promise<void> {
    const body: Uint8Array[] = []
    for await (const chunk of this.#init.request.body ?? []) body.push(chunk)
    await this.#init.stream.writeAll(this.#head(), body, undefined, this.#abort())
    this.#sent = true
  }

  async #sendInParts(): Promise<void> {
    const { stream, request } = this.#init
    try {
      await stream.writeHead(this.#head(), this.#abort())
      for await (const chunk of request.body ?? []) {
        if (this.#over) return
        await stream.writeBody(chunk, this.#abort())
      }
      await stream.writeTrailers(undefined, this.#abort())
      this.#sent = true
    } catch (error) {
      this.#giveUp(error)
    }
  }

  #head(): Uint8Array {
    const { url, header } = this.#init.request
    return encodeRequestHead({ path: new URL(url).pathname, header })
  }

  async #readHead(): Promise<ResponseHead> {
    const bytes = await this.#init.stream.readHead(this.#abort())
    if (bytes === undefined) throw new ConnectError('the peer ended the call without an answer', Code.Unavailable)
    return decodeResponseHead(bytes)
  }

  async #response({ status, header }: ResponseHead): Promise<UniversalClientResponse> {
    const trailer = new Headers()
    const body = this.#body(trailer)
    // Connect does not read the body of an answer that it refuses: only what it will read is left to it
    const inParts = status === 200 && isStreaming(header.get('content-type'))
    return { status, header, trailer, body: inParts ? body : listed(await readWhole(body)) }
  }

  async *#body(trailer: Headers): AsyncGenerator<Uint8Array> {
    const { stream, request } = this.#init
    const onTrailers = (all: Headers): void => all.forEach((value, name) => trailer.append(name, value))
    try {
      yield* stream.readBody({ ...this.#abort(), onTrailers })
    } catch (error) {
      throw asCallError(error, request.signal)
    } finally {
      this.#end()
    }
  }

  /** The answer was read, or its reader does not want the rest. */
  #end(): void {
    const { stream, onReusable } = this.#init
    if (this.#over) return
    if (!this.#sent || !stream.ended) return this.#giveUp(new ConnectError('the call has ended', Code.Canceled))
    this.#finish()
    onReusable(stream)
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

  #abort(): { signal: AbortSignal } | object {
    const { signal } = this.#init.request
    return signal === undefined ? {} : { signal }
  }

  readonly #onAbort = (): void => this.#giveUp(this.#init.request.signal?.reason)
}

async function readWhole(body: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > RPC_MESSAGE_MAX_BYTES) throw new ConnectError('the answer is too long', Code.ResourceExhausted)
    chunks.push(chunk)
  }
  return chunks
}

async function* listed(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
