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
 * Reads a stream on demand: it is paused except while `fill` waits.
 *
 * What an event brings beyond the need is kept here, and the stream is resumed
 * only when that is used up: yamux opens its whole window at every `resume`,
 * whatever the stream still holds. Only when the remote has closed is the rest
 * put back while the event runs: such a stream refuses bytes as soon as its own
 * buffer was empty once, and what follows the last frame would be lost.
 */
export class StreamReader {
  /** What was taken and not yet consumed. */
  readonly bytes = new Uint8ArrayList()
  /** Why the stream broke off; undefined while it is open and after an ordinary close. */
  failure: Error | undefined
  readonly #stream: PausableStream
  #atMost = 0
  #resuming = false
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
      this.#resume()
      await promise
    } finally {
      this.#ignore()
      signal?.removeEventListener('abort', aborted)
    }
  }

  // a stream that is paused inside its own `resume` opens the window all the same
  #resume(): void {
    if (this.#stream.readStatus !== 'paused') return
    const before = this.bytes.byteLength
    this.#resuming = true
    this.#stream.resume()
    this.#resuming = false
    if (this.bytes.byteLength > before) this.rest()
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
    const missing = this.#stream.remoteWriteStatus === 'closed' ? this.#atMost - this.bytes.byteLength : Infinity
    const take = Math.min(data.byteLength, missing)
    this.bytes.append(data.sublist(0, take))
    this.#putBack(data.sublist(take))
    if (!this.#resuming) this.rest()
    this.#wake()
  }

  readonly #onEnd = (): void => this.#wake()

  readonly #onClose = (event: StreamCloseEvent): void => {
    this.failure = event.error
    this.#wake()
  }

  #putBack(data: Uint8ArrayList): void {
    const { readStatus } = this.#stream
    if (data.byteLength === 0 || (readStatus !== 'readable' && readStatus !== 'paused')) return
    // these bytes are in memory already: they must not make the stream abort itself
    const held = this.#stream.readBufferLength + data.byteLength
    this.#stream.maxReadBufferLength = Math.max(this.#stream.maxReadBufferLength, held)
    this.#stream.unshift(data)
  }
}
