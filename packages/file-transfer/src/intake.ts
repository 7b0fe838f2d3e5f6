import { Uint8ArrayList } from 'uint8arraylist'
import { READ_HIGH_WATER_BYTES } from './constants.ts'
import { TransferBrokenError } from './errors.ts'
import type { AbortOptions, Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'

/**
 * Exactly `length` raw bytes of a stream, in large pieces. It reads ahead up to
 * a high-water mark and then pauses the stream, which stops the sender. What
 * follows the last byte stays on the stream.
 */
export class Intake implements Disposable {
  readonly #stream: Stream
  readonly #onArrival: () => void
  readonly #ready = new Uint8ArrayList()
  /** Bytes that the stream has not handed over yet. */
  #missing: number
  #failure: Error | undefined
  #wake: () => void = () => {}

  /** @param onArrival - called whenever bytes arrive, however few */
  constructor(stream: Stream, length: number, onArrival: () => void) {
    this.#stream = stream
    this.#onArrival = onArrival
    this.#missing = length
    if (length === 0) return
    stream.addEventListener('close', this.#onClose)
    stream.addEventListener('end', this.#onEnd)
    stream.addEventListener('message', this.#onMessage)
    if (stream.readStatus === 'paused') stream.resume()
  }

  /**
   * At least `least` bytes, fewer only at the end; `undefined` when all were taken.
   *
   * @throws TransferBrokenError - the stream ended too early; what had arrived was given out before
   */
  async take(least: number, options: AbortOptions = {}): Promise<Uint8ArrayList | undefined> {
    while (this.#ready.byteLength < least && this.#missing > 0 && !this.#ended()) {
      await this.#next(options.signal)
    }
    if (this.#ready.byteLength === 0) {
      if (this.#missing === 0) return undefined
      throw new TransferBrokenError(`${this.#missing} bytes are missing`, this.#failure)
    }
    const taken = this.#ready.sublist()
    this.#ready.consume(taken.byteLength)
    this.#resume()
    return taken
  }

  [Symbol.dispose](): void {
    this.#stream.removeEventListener('close', this.#onClose)
    this.#stream.removeEventListener('end', this.#onEnd)
    this.#stream.removeEventListener('message', this.#onMessage)
  }

  #ended(): boolean {
    const { readStatus, readableEnded, readBufferLength, remoteWriteStatus } = this.#stream
    if (readBufferLength > 0 && readStatus !== 'closed') return false
    return readableEnded || readStatus === 'closed' || remoteWriteStatus === 'closed'
  }

  #resume(): void {
    if (this.#missing > 0 && this.#stream.readStatus === 'paused') this.#stream.resume()
  }

  async #next(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const aborted = (): void => reject(signal?.reason)
    this.#wake = resolve
    signal?.addEventListener('abort', aborted, { once: true })
    try {
      // after the promise is there: it may bring bytes at once
      this.#resume()
      await promise
    } finally {
      signal?.removeEventListener('abort', aborted)
    }
  }

  readonly #onMessage = (event: StreamMessageEvent): void => {
    const data = event.data
    this.#onArrival()
    if (data.byteLength < this.#missing) {
      this.#ready.append(data)
      this.#missing -= data.byteLength
      if (this.#ready.byteLength >= READ_HIGH_WATER_BYTES && this.#stream.readStatus === 'readable')
        this.#stream.pause()
    } else this.#finish(new Uint8ArrayList(data))
    this.#wake()
  }

  #finish(data: Uint8ArrayList): void {
    // first: with no listener left the stream keeps what it gets back
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#ready.append(data.sublist(0, this.#missing))
    const rest = data.sublist(this.#missing)
    this.#missing = 0
    if (rest.byteLength > 0) this.#stream.unshift(rest)
  }

  readonly #onEnd = (): void => this.#wake()

  readonly #onClose = (event: StreamCloseEvent): void => {
    this.#failure = event.error
    this.#wake()
  }
}
