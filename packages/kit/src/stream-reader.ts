import { StreamAbortedError, StreamResetError } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import type { AbortOptions, MessageStream, Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'

/** What reading needs: every libp2p stream has it. */
export type PausableStream = MessageStream & Pick<Stream, 'readStatus' | 'remoteWriteStatus'>

export interface FillOptions extends AbortOptions {
  /** Take up to this many bytes if they are there. Default: what is needed, no more. */
  atMost?: number
}

function isDone(stream: PausableStream): boolean {
  return stream.readableEnded || stream.remoteWriteStatus === 'closed' || stream.readStatus === 'closed'
}

function errorOf(stream: MessageStream): Error | undefined {
  if (stream.status === 'reset') return new StreamResetError()
  if (stream.status === 'aborted') return new StreamAbortedError()
  return undefined
}

/**
 * Takes from a stream exactly the bytes that are asked for and leaves the rest
 * on it. What a `message` event brings too much is put back while the event
 * runs: a stream whose remote has closed refuses bytes as soon as its read
 * buffer was empty once, and the end of the data would be lost.
 */
export class StreamReader {
  /** What was taken and not yet consumed. */
  readonly bytes = new Uint8ArrayList()
  /** Why the stream broke off; undefined while it is open and after an ordinary close. */
  failure: Error | undefined
  readonly #stream: PausableStream
  #atMost = 0
  #wake: () => void = () => {}

  constructor(stream: PausableStream) {
    this.#stream = stream
    this.failure = errorOf(stream)
    stream.addEventListener('close', this.#onClose)
    this.rest()
  }

  /** Waits until `bytes` holds `atLeast` bytes; false when the stream ended before. */
  async fill(atLeast: number, options: FillOptions = {}): Promise<boolean> {
    options.signal?.throwIfAborted()
    this.#atMost = options.atMost ?? atLeast
    while (this.bytes.byteLength < atLeast) {
      if (isDone(this.#stream) && this.#stream.readBufferLength === 0) return false
      await this.#next(options.signal)
    }
    return true
  }

  /** Lets the remote wait; nothing arrives until the next `fill`. */
  rest(): void {
    if (this.#stream.readStatus === 'readable') this.#stream.pause()
  }

  /** Puts everything back and lets go of the stream. */
  release(): void {
    this.#stream.removeEventListener('close', this.#onClose)
    this.#putBack(this.bytes.sublist())
    this.bytes.consume(this.bytes.byteLength)
    if (this.#stream.readStatus === 'paused') this.#stream.resume()
  }

  async #next(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const aborted = (): void => reject(signal?.reason)
    this.#wake = resolve
    signal?.addEventListener('abort', aborted, { once: true })
    this.#listen()
    try {
      if (this.#stream.readStatus === 'paused') this.#stream.resume()
      await promise
    } finally {
      this.#ignore()
      signal?.removeEventListener('abort', aborted)
    }
  }

  #listen(): void {
    this.#stream.addEventListener('message', this.#onMessage)
    this.#stream.addEventListener('remoteCloseWrite', this.#onEnd)
    this.#stream.addEventListener('end', this.#onEnd)
  }

  #ignore(): void {
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#stream.removeEventListener('remoteCloseWrite', this.#onEnd)
    this.#stream.removeEventListener('end', this.#onEnd)
  }

  readonly #onMessage = (event: StreamMessageEvent): void => {
    // first: with no listener left the stream keeps what it gets back
    this.#stream.removeEventListener('message', this.#onMessage)
    const data = new Uint8ArrayList(event.data)
    const take = Math.min(data.byteLength, this.#atMost - this.bytes.byteLength)
    this.bytes.append(data.sublist(0, take))
    this.#putBack(data.sublist(take))
    this.#wake()
  }

  readonly #onEnd = (): void => this.#wake()

  readonly #onClose = (event: StreamCloseEvent): void => {
    this.failure = event.error
    this.#wake()
  }

  #putBack(data: Uint8ArrayList): void {
    const { readStatus } = this.#stream
    if (data.byteLength > 0 && (readStatus === 'readable' || readStatus === 'paused')) this.#stream.unshift(data)
  }
}
