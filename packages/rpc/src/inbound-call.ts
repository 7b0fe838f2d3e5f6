import { Code, ConnectError, createContextValues } from '@connectrpc/connect'
import { abortable } from '@waystone/kit'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import { abortAfter } from './abort-after.ts'
import { checkHead } from './call-stream.ts'
import { callerKey } from './caller.ts'
import { encodeResponseHead } from './codec.ts'
import { GRACE_MS, LINGER_MS, REQUEST_IDLE_MS } from './constants.ts'
import { endOfStream, errorResponse, isStreaming } from './error-response.ts'
import { oneMessage, wholeMessages } from './message-bytes.ts'
import { OK, outcomeOfChunk, outcomeOfError, outcomeOfUnary } from './outcome.ts'
import { callTimeout, TIMEOUT_HEADER } from './timeout.ts'
import type { StreamCloseEvent } from '@libp2p/interface'
import type { UniversalHandlerFn, UniversalServerResponse } from '@connectrpc/connect/protocol'
import type { Clock, Timer } from '@waystone/interface'
import type { PeerCaller } from './caller.ts'
import type { CallStream } from './call-stream.ts'
import type { RequestHead } from './codec.ts'
import type { CallOutcome } from './outcome.ts'

export interface InboundCallInit {
  stream: CallStream
  caller: PeerCaller
  head: RequestHead
  clock: Clock
}

// made once: an error takes longer to make than the rest of a small call's end
const OVER = new ConnectError('the call has ended', Code.Canceled)

/** One call that is being served. Disposing of it leaves no timer and no listener. */
export class InboundCall implements Disposable {
  readonly #init: InboundCallInit
  readonly #controller = new AbortController()
  readonly #streaming: boolean
  readonly #timeoutMs: number | undefined
  readonly #deadline: Timer | undefined
  #headSent = false
  #writing = false
  #lastSentAt = 0
  #outcome: CallOutcome = OK

  constructor(init: InboundCallInit) {
    this.#init = init
    const { header } = init.head
    this.#streaming = isStreaming(header.get('content-type'))
    this.#timeoutMs = callTimeout(header.get(TIMEOUT_HEADER), this.#streaming)
    if (this.#timeoutMs !== undefined) header.set(TIMEOUT_HEADER, String(this.#timeoutMs))
    // Connect would take that much memory on the caller's word
    header.delete('content-length')
    this.#deadline = this.#startDeadline()
    const { stream } = init.stream
    stream.addEventListener('close', this.#onClose)
    // a reset may come together with the head, before anything listens
    if (stream.status !== 'open') this.end(gone())
  }

  /** How it ended, for metrics. */
  get outcome(): CallOutcome {
    return this.#outcome
  }

  /** Ends it now: its handler's signal aborts with this reason. */
  end(reason: ConnectError): void {
    this.#outcome = outcomeOfError(reason)
    this.#controller.abort(reason)
  }

  /** Answers with an error, whatever was called. */
  async refuse(error: ConnectError): Promise<void> {
    this.#outcome = outcomeOfError(error)
    this.#headSent = true
    const { head, body } = errorResponse(this.#init.head.header.get('content-type'), error)
    await this.#init.stream.writeAll(encodeResponseHead(head), [body])
  }

  /**
   * Has a handler answer. `onEnd` runs when the handler has really ended, which
   * may be later than the call when it does not listen to its signal.
   */
  async answer(handler: UniversalHandlerFn, onEnd: () => void): Promise<void> {
    const { signal } = this.#controller
    if (signal.aborted) onEnd()
    signal.throwIfAborted()
    if (this.#timeoutMs === 0) {
      onEnd()
      return await this.refuse(new ConnectError('the deadline has passed', Code.DeadlineExceeded))
    }
    const handled = this.#handle(handler).finally(onEnd)
    try {
      await abortable(handled, signal)
    } catch (error) {
      await this.#answerFailure(error)
    }
  }

  /** After the answer: lets the rest of the request pass. Whether the stream can carry another call. */
  async drain(): Promise<boolean> {
    const { stream, clock } = this.#init
    // ends a read that a handler left behind
    this.#controller.abort(OVER)
    if (stream.ended) return true
    using _ = abortAfter(stream.stream, { ms: LINGER_MS, what: 'the end of a call that was answered', clock })
    for await (const _chunk of stream.readBody());
    return true
  }

  [Symbol.dispose](): void {
    this.#deadline?.clear()
    this.#init.stream.stream.removeEventListener('close', this.#onClose)
    this.#controller.abort(OVER)
  }

  // Connect ends the handler at the deadline; this is for handlers that do not listen
  #startDeadline(): Timer | undefined {
    const ms = this.#timeoutMs
    if (ms === undefined || ms === 0) return undefined
    const passed = (): void => this.end(new ConnectError('the call took too long', Code.DeadlineExceeded))
    return this.#init.clock.setTimeout(passed, ms + GRACE_MS)
  }

  async #answerFailure(error: unknown): Promise<void> {
    const { reason } = this.#controller.signal
    if (!this.#headSent && nameOf(error) === 'FrameTooLargeError') {
      return await this.refuse(new ConnectError('the head of the answer is too long', Code.Internal))
    }
    if (reason?.code !== Code.DeadlineExceeded || this.#writing) {
      if (this.#outcome === OK) this.#outcome = outcomeOfError(error)
      throw error
    }
    if (!this.#headSent) return await this.refuse(reason)
    if (!this.#streaming) throw error
    await this.#init.stream.writeBody(endOfStream(reason))
    await this.#init.stream.writeTrailers()
  }

  async #handle(handler: UniversalHandlerFn): Promise<void> {
    const { head, caller } = this.#init
    const response = await handler({
      httpVersion: '2',
      method: 'POST',
      url: `http://peer${head.path}`,
      header: head.header,
      body: this.#requestBody(),
      signal: this.#controller.signal,
      contextValues: createContextValues().set(callerKey, caller)
    })
    await (this.#streaming ? this.#respondInParts(response) : this.#respondAtOnce(response))
  }

  async *#requestBody(): AsyncGenerator<Uint8Array> {
    const body = this.#init.stream.readBody({ signal: this.#controller.signal })
    const messages = this.#streaming
      ? wholeMessages(body, RPC_MESSAGE_MAX_BYTES)
      : oneMessage(body, RPC_MESSAGE_MAX_BYTES)
    try {
      for (;;) {
        using _ = this.#endWhenIdle()
        const { done, value } = await messages.next()
        if (done === true) return
        yield value
      }
    } catch (error) {
      throw asRequestError(error)
    }
  }

  // what the handler sends counts too: a caller may have nothing to say to a long answer
  #endWhenIdle(): Disposable {
    const { clock } = this.#init
    const onTimer = (): void => {
      const left = this.#lastSentAt + REQUEST_IDLE_MS - clock.monotonic()
      if (left > 0) timer = clock.setTimeout(onTimer, left)
      else this.end(new ConnectError('the caller was silent for too long', Code.DeadlineExceeded))
    }
    let timer = clock.setTimeout(onTimer, REQUEST_IDLE_MS)
    return { [Symbol.dispose]: () => timer.clear() }
  }

  async #respondAtOnce(response: UniversalServerResponse): Promise<void> {
    const body: Uint8Array[] = []
    for await (const chunk of response.body ?? []) body.push(chunk)
    this.#outcome = outcomeOfUnary(response.status, body)
    await this.#write(options => this.#init.stream.writeAll(headOf(response), body, response.trailer, options))
  }

  async #respondInParts(response: UniversalServerResponse): Promise<void> {
    const { stream } = this.#init
    await this.#write(options => stream.writeHead(headOf(response), options))
    for await (const chunk of response.body ?? []) {
      this.#outcome = outcomeOfChunk(chunk) ?? this.#outcome
      await this.#write(options => stream.writeBody(chunk, options))
    }
    await this.#write(options => stream.writeTrailers(response.trailer, options))
  }

  // with the call's own signal: a handler that goes on after its call must not write into the next one
  async #write(send: (options: { signal: AbortSignal }) => Promise<void>): Promise<void> {
    const { signal } = this.#controller
    signal.throwIfAborted()
    const writing = send({ signal })
    this.#headSent = true
    this.#writing = true
    await writing
    this.#writing = false
    this.#lastSentAt = this.#init.clock.monotonic()
  }

  readonly #onClose = ({ error }: StreamCloseEvent): void => {
    this.end(gone(error))
  }
}

function gone(cause?: Error): ConnectError {
  return new ConnectError('the caller is gone', Code.Canceled, undefined, undefined, cause)
}

function headOf({ status, header = new Headers() }: UniversalServerResponse): Uint8Array {
  return checkHead(encodeResponseHead({ status, header }))
}

function asRequestError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error
  const code = nameOf(error) === 'FrameTooLargeError' ? Code.ResourceExhausted : Code.InvalidArgument
  return new ConnectError(toError(error).message, code, undefined, undefined, error)
}
