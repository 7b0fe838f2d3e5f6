import { Code, ConnectError, createContextValues } from '@connectrpc/connect'
import { abortable, createDeadline } from '@waystone/kit'
import { toError } from '@waystone/kit/error-fields'
import { callerKey, peerCaller } from './caller.ts'
import { encodeResponseHead } from './codec.ts'
import { GRACE_MS, LINGER_MS, REQUEST_IDLE_MS, STALLED_WRITE_MS } from './constants.ts'
import { errorResponse, isStreaming } from './error-response.ts'
import { callTimeout, TIMEOUT_HEADER } from './timeout.ts'
import type { Connection, StreamCloseEvent } from '@libp2p/interface'
import type { UniversalHandlerFn, UniversalServerResponse } from '@connectrpc/connect/protocol'
import type { Clock } from '@waystone/interface'
import type { CallStream } from './call-stream.ts'
import type { RequestHead } from './codec.ts'

export interface InboundCallInit {
  stream: CallStream
  connection: Connection
  head: RequestHead
  clock: Clock
  /** Ends every call when the node stops. */
  signal: AbortSignal
}

/** One call that is being served. Disposing of it leaves no timer and no listener. */
export class InboundCall implements Disposable {
  readonly #init: InboundCallInit
  readonly #controller = new AbortController()
  readonly #timeoutMs: number | undefined
  #deadline: { signal: AbortSignal } & Disposable
  #headSent = false

  constructor(init: InboundCallInit) {
    this.#init = init
    const { head, clock, signal, stream } = init
    this.#timeoutMs = callTimeout(head.header.get(TIMEOUT_HEADER), this.#streaming)
    if (this.#timeoutMs !== undefined) head.header.set(TIMEOUT_HEADER, String(this.#timeoutMs))
    // Connect ends the handler at the deadline; this is for handlers that do not listen
    const ms = this.#timeoutMs === undefined ? undefined : this.#timeoutMs + GRACE_MS
    this.#deadline = ms === undefined ? following(signal) : createDeadline({ ms, what: 'the call', signal, clock })
    this.#deadline.signal.addEventListener('abort', this.#onDeadline, { once: true })
    if (this.#deadline.signal.aborted) this.#onDeadline()
    stream.stream.addEventListener('close', this.#onClose)
  }

  get #streaming(): boolean {
    return isStreaming(this.#init.head.header.get('content-type'))
  }

  /** Answers with an error, whatever was called. */
  async refuse(error: ConnectError): Promise<void> {
    const { head, body } = errorResponse(this.#init.head.header.get('content-type'), error)
    using stall = this.#stall()
    this.#headSent = true
    await this.#init.stream.writeAll(encodeResponseHead(head), [body], undefined, { signal: stall.signal })
  }

  /**
   * Has a handler answer. `onEnd` runs when the handler has really ended, which
   * may be later than the call when it does not listen to its signal.
   */
  async answer(handler: UniversalHandlerFn, onEnd: () => void): Promise<void> {
    if (this.#timeoutMs === 0) {
      onEnd()
      return await this.refuse(new ConnectError('the deadline has passed', Code.DeadlineExceeded))
    }
    const handled = this.#handle(handler).finally(onEnd)
    try {
      await abortable(handled, this.#controller.signal)
    } catch (error) {
      const { signal } = this.#controller
      if (!signal.aborted || this.#headSent || ConnectError.from(signal.reason).code !== Code.DeadlineExceeded)
        throw error
      await this.refuse(ConnectError.from(signal.reason))
    }
  }

  /**
   * After an answer that came before the end of the request: reads and drops the
   * rest. Whether it ended in time; the stream is given up if not. A caller that
   * has all of the answer may take the stream for its next call already, so it
   * must not be closed.
   */
  async linger(): Promise<boolean> {
    const { stream, clock } = this.#init
    using deadline = createDeadline({ ms: LINGER_MS, what: 'a call that was answered', clock })
    try {
      for await (const _ of stream.readBody({ signal: deadline.signal }));
      return true
    } catch {
      // it was answered; what it sends beyond that is of no interest
      stream.stream.abort(new ConnectError('the call was answered', Code.Canceled))
      return false
    }
  }

  [Symbol.dispose](): void {
    this.#deadline.signal.removeEventListener('abort', this.#onDeadline)
    this.#deadline[Symbol.dispose]()
    this.#init.stream.stream.removeEventListener('close', this.#onClose)
    this.#controller.abort(new ConnectError('the call has ended', Code.Canceled))
  }

  async #handle(handler: UniversalHandlerFn): Promise<void> {
    const { head, connection } = this.#init
    const response = await handler({
      httpVersion: '2',
      method: 'POST',
      url: `http://peer${head.path}`,
      header: head.header,
      body: this.#requestBody(),
      signal: this.#controller.signal,
      contextValues: createContextValues().set(callerKey, peerCaller(connection))
    })
    await (this.#streaming ? this.#respondInParts(response) : this.#respondAtOnce(response))
  }

  async *#requestBody(): AsyncGenerator<Uint8Array> {
    const { stream, clock } = this.#init
    try {
      yield* stream.readBody({ signal: this.#controller.signal, idle: { ms: REQUEST_IDLE_MS, clock } })
    } catch (error) {
      throw asRequestError(error)
    }
  }

  async #respondAtOnce(response: UniversalServerResponse): Promise<void> {
    const body: Uint8Array[] = []
    for await (const chunk of response.body ?? []) body.push(chunk)
    using stall = this.#stall()
    this.#headSent = true
    const head = headOf(response)
    await this.#init.stream.writeAll(head, body, response.trailer, { signal: stall.signal })
  }

  async #respondInParts(response: UniversalServerResponse): Promise<void> {
    const { stream } = this.#init
    this.#controller.signal.throwIfAborted()
    this.#headSent = true
    await this.#write(options => stream.writeHead(headOf(response), options))
    for await (const chunk of response.body ?? []) await this.#write(options => stream.writeBody(chunk, options))
    await this.#write(options => stream.writeTrailers(response.trailer, options))
  }

  async #write(send: (options: { signal: AbortSignal }) => Promise<void>): Promise<void> {
    using stall = this.#stall()
    await send({ signal: stall.signal })
  }

  #stall(): { signal: AbortSignal } & Disposable {
    const { signal } = this.#controller
    const parent = signal.aborted ? undefined : signal
    return createDeadline({
      ms: STALLED_WRITE_MS,
      what: 'a caller that reads nothing',
      signal: parent,
      clock: this.#init.clock
    })
  }

  readonly #onClose = (event: StreamCloseEvent): void => {
    this.#controller.abort(new ConnectError('the caller is gone', Code.Canceled, undefined, undefined, event.error))
  }

  readonly #onDeadline = (): void => {
    const stopping = this.#init.signal.aborted
    const reason = stopping
      ? new ConnectError('the node stops', Code.Unavailable)
      : new ConnectError('the call took too long', Code.DeadlineExceeded)
    this.#controller.abort(reason)
  }
}

function headOf({ status, header = new Headers() }: UniversalServerResponse): Uint8Array {
  return encodeResponseHead({ status, header })
}

function following(signal: AbortSignal): { signal: AbortSignal } & Disposable {
  return { signal, [Symbol.dispose]: () => {} }
}

function asRequestError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error
  return new ConnectError(toError(error).message, Code.InvalidArgument, undefined, undefined, error)
}
