import { Code, ConnectError, createContextValues } from '@connectrpc/connect'
import { abortable } from '@waystone/kit'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import { abortAfter } from './abort-after.ts'
import { Answer } from './answer.ts'
import { callerKey } from './caller.ts'
import { GRACE_MS, LINGER_MS, REQUEST_IDLE_MS } from './constants.ts'
import { oneMessage, wholeMessages } from './message-bytes.ts'
import { OK, outcomeOfError } from './outcome.ts'
import { callTimeout, TIMEOUT_HEADER } from './timeout.ts'
import type { StreamCloseEvent } from '@libp2p/interface'
import type { UniversalHandlerFn } from '@connectrpc/connect/protocol'
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
  readonly #answer: Answer
  readonly #timeoutMs: number | undefined
  readonly #deadline: Timer | undefined

  constructor(init: InboundCallInit) {
    this.#init = init
    const { header } = init.head
    this.#answer = new Answer({ stream: init.stream, clock: init.clock, contentType: header.get('content-type') })
    this.#timeoutMs = callTimeout(header.get(TIMEOUT_HEADER), this.#answer.streaming)
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
    return this.#answer.outcome
  }

  /** Ends it now: its handler's signal aborts with this reason. */
  end(reason: ConnectError): void {
    this.#answer.outcome = outcomeOfError(reason)
    this.#controller.abort(reason)
  }

  /** Answers with an error, whatever was called. */
  async refuse(error: ConnectError): Promise<void> {
    await this.#answer.fail(error)
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
    const told = reason?.code === Code.DeadlineExceeded ? reason : error
    // nobody is there to be told of anything else that ends a call from outside
    if (told instanceof ConnectError && told.code !== Code.Canceled && told.code !== Code.Unavailable) {
      if (this.#answer.canFail) return await this.#answer.fail(told)
    }
    if (this.#answer.outcome === OK) this.#answer.outcome = outcomeOfError(error)
    throw error
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
    await this.#answer.send(response, this.#controller.signal)
  }

  async *#requestBody(): AsyncGenerator<Uint8Array> {
    const body = this.#init.stream.readBody({ signal: this.#controller.signal })
    const messages = this.#answer.streaming
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
      const left = this.#answer.lastSentAt + REQUEST_IDLE_MS - clock.monotonic()
      if (left > 0) timer = clock.setTimeout(onTimer, left)
      else this.end(new ConnectError('the caller was silent for too long', Code.DeadlineExceeded))
    }
    let timer = clock.setTimeout(onTimer, REQUEST_IDLE_MS)
    return { [Symbol.dispose]: () => timer.clear() }
  }

  readonly #onClose = ({ error }: StreamCloseEvent): void => {
    this.end(gone(error))
  }
}

function gone(cause?: Error): ConnectError {
  return new ConnectError('the caller is gone', Code.Canceled, undefined, undefined, cause)
}

function asRequestError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error
  const code = nameOf(error) === 'FrameTooLargeError' ? Code.ResourceExhausted : Code.InvalidArgument
  return new ConnectError(toError(error).message, code, undefined, undefined, error)
}
