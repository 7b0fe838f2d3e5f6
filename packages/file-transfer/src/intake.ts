import { CHUNK_BYTES, READ_HIGH_WATER_BYTES } from './constants.ts'
import { TransferBrokenError } from './errors.ts'
import type { AbortOptions, Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'

/** Buffers kept for use again; one message may need more for a moment. */
const MAX_SPARE = 2 * (READ_HIGH_WATER_BYTES / CHUNK_BYTES)

/**
 * Exactly `length` raw bytes of a stream, in chunks of one size. It reads ahead
 * up to a high-water mark and then pauses the stream, which stops the sender.
 * What follows the last byte stays on the stream.
 *
 * Bytes are copied at once into buffers that are used again: the many small
 * ones of the transport would otherwise live until they are on disk, and the
 * garbage collector would take longer than the copying.
 */
export class Intake implements Disposable {
  readonly #stream: Stream
  readonly #onArrival: () => void
  readonly #full: Uint8Array[] = []
  readonly #spare: Uint8Array[] = []
  #filling: Uint8Array | undefined
  #filled = 0
  #resuming = false
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
    this.#resume()
  }

  /**
   * The next chunk, a smaller one at the end; `undefined` when all were taken.
   * {@link Intake.release} it when its bytes are no longer needed.
   *
   * @throws TransferBrokenError - the stream ended too early; what had arrived was given out before
   */
  async take(options: AbortOptions = {}): Promise<Uint8Array | undefined> {
    while (this.#full.length === 0 && this.#missing > 0 && !this.#ended()) await this.#next(options.signal)
    const chunk = this.#full.shift() ?? this.#rest()
    this.#resume()
    if (chunk !== undefined || this.#missing === 0) return chunk
    throw new TransferBrokenError(`${this.#missing} bytes are missing`, this.#failure)
  }

  release(chunk: Uint8Array): void {
    if (this.#spare.length < MAX_SPARE) this.#spare.push(new Uint8Array(chunk.buffer))
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
    if (this.#isHigh() || this.#missing === 0 || this.#stream.readStatus !== 'paused') return
    // `resume()` hands over what the stream holds and only then lets the remote go on, which would undo a
    // pause from within: the window would open again and again while nobody reads (@libp2p/utils 7.4.1)
    this.#resuming = true
    this.#stream.resume()
    this.#resuming = false
    this.#pauseIfHigh()
  }

  #pauseIfHigh(): void {
    if (this.#isHigh() && this.#missing > 0 && this.#stream.readStatus === 'readable') this.#stream.pause()
  }

  #isHigh(): boolean {
    return this.#full.length * CHUNK_BYTES >= READ_HIGH_WATER_BYTES
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
    const { data } = event
    this.#onArrival()
    const used = Math.min(data.byteLength, this.#missing)
    this.#missing -= used
    // first: with no listener left the stream keeps what it gets back
    if (this.#missing === 0) this.#stream.removeEventListener('message', this.#onMessage)
    let left = used
    for (const piece of data instanceof Uint8Array ? [data] : data) {
      this.#copy(piece.subarray(0, Math.min(left, piece.length)))
      left -= Math.min(left, piece.length)
    }
    if (used < data.byteLength) this.#stream.unshift(data.subarray(used))
    if (!this.#resuming) this.#pauseIfHigh()
    if (this.#full.length > 0 || this.#missing === 0) this.#wake()
  }

  #copy(piece: Uint8Array): void {
    for (let from = 0; from < piece.length;) {
      this.#filling ??= this.#spare.pop() ?? new Uint8Array(CHUNK_BYTES)
      const part = piece.subarray(from, from + CHUNK_BYTES - this.#filled)
      this.#filling.set(part, this.#filled)
      this.#filled += part.length
      from += part.length
      if (this.#filled < CHUNK_BYTES) continue
      this.#full.push(this.#filling)
      this.#startBuffer()
    }
  }

  /** What is in the buffer that is being filled. */
  #rest(): Uint8Array | undefined {
    const rest = this.#filling?.subarray(0, this.#filled)
    this.#startBuffer()
    return rest
  }

  #startBuffer(): void {
    this.#filling = undefined
    this.#filled = 0
  }

  readonly #onEnd = (): void => this.#wake()

  readonly #onClose = (event: StreamCloseEvent): void => {
    this.#failure = event.error
    this.#wake()
  }
}
