import { Code, ConnectError } from '@connectrpc/connect'
import { checkHead, encodeResponseHead } from './codec.ts'
import { endOfStream, errorResponse, isStreaming } from './error-response.ts'
import { OK, outcomeOfChunk, outcomeOfError, outcomeOfUnary } from './outcome.ts'
import type { UniversalServerResponse } from '@connectrpc/connect/protocol'
import type { Clock } from '@waystone/interface'
import type { CallStream } from './call-stream.ts'
import type { CallOutcome } from './outcome.ts'

export interface AnswerInit {
  stream: CallStream
  clock: Clock
  /** Of the request: it says which form the answer has. */
  contentType: string | null
}

/** What goes back to the caller of one call. */
export class Answer {
  /** How the call ended, for metrics. */
  outcome: CallOutcome = OK
  /** When something was last taken by the caller, on the monotonic clock in milliseconds. */
  lastSentAt = 0
  /** Whether it comes in parts. */
  readonly streaming: boolean
  readonly #init: AnswerInit
  #begun = false
  #writing = false

  constructor(init: AnswerInit) {
    this.#init = init
    this.streaming = isStreaming(init.contentType)
  }

  /** Whether an error can still be told, as all of the answer or as its end. */
  get canFail(): boolean {
    return !this.#begun || (this.streaming && !this.#writing)
  }

  /** Sends what a handler answered, until the signal ends: what comes after it might get into the next call. */
  async send(response: UniversalServerResponse, signal: AbortSignal): Promise<void> {
    await (this.streaming ? this.#sendInParts(response, signal) : this.#sendAtOnce(response, signal))
  }

  /** Ends it with an error; only while {@link canFail}. */
  async fail(error: ConnectError): Promise<void> {
    this.outcome = outcomeOfError(error)
    const { stream, contentType } = this.#init
    if (this.#begun) {
      await stream.writeBody(endOfStream(error))
      return await stream.writeTrailers()
    }
    this.#begun = true
    const { head, body } = errorResponse(contentType, error)
    await stream.writeAll(encodeResponseHead(head), [body])
  }

  async #sendAtOnce(response: UniversalServerResponse, signal: AbortSignal): Promise<void> {
    const body: Uint8Array[] = []
    for await (const chunk of response.body ?? []) body.push(chunk)
    const head = headOf(response)
    await this.#write(signal, () => this.#init.stream.writeAll(head, body, response.trailer, { signal }))
    this.outcome = outcomeOfUnary(response.status, body)
  }

  async #sendInParts(response: UniversalServerResponse, signal: AbortSignal): Promise<void> {
    const { stream } = this.#init
    const head = headOf(response)
    await this.#write(signal, () => stream.writeHead(head, { signal }))
    for await (const chunk of response.body ?? []) {
      await this.#write(signal, () => stream.writeBody(chunk, { signal }))
      this.outcome = outcomeOfChunk(chunk) ?? this.outcome
    }
    await this.#write(signal, () => stream.writeTrailers(response.trailer, { signal }))
  }

  async #write(signal: AbortSignal, send: () => Promise<void>): Promise<void> {
    signal.throwIfAborted()
    this.#begun = true
    this.#writing = true
    await send()
    this.#writing = false
    this.lastSentAt = this.#init.clock.monotonic()
  }
}

/** @throws ConnectError when a handler set headers beyond the limit */
function headOf({ status, header = new Headers() }: UniversalServerResponse): Uint8Array {
  try {
    return checkHead(encodeResponseHead({ status, header }))
  } catch (error) {
    throw new ConnectError('the head of the answer is too long', Code.Internal, undefined, undefined, error)
  }
}
