import { InvalidParametersError, StreamStateError } from '@libp2p/interface'
import { WaystoneError } from '@waystone/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { lengthCodecs } from './frame-length.ts'
import { StreamReader } from './stream-reader.ts'
import { sendAll } from './stream-writer.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { LengthCodec, LengthEncoding } from './frame-length.ts'
import type { PausableStream } from './stream-reader.ts'
import type { SendingStream } from './stream-writer.ts'

/** Every libp2p `Stream` is one. */
export type FrameableStream = PausableStream & SendingStream

/** A frame is longer than the protocol allows, whichever side made it. */
export class FrameTooLargeError extends WaystoneError {
  static override readonly name = 'FrameTooLargeError'
}

/** The stream ended inside a frame; `cause` says how, if it was not closed in the ordinary way. */
export class FrameTruncatedError extends WaystoneError {
  static override readonly name = 'FrameTruncatedError'
}

/** So many bytes are copied into one chunk sooner than written chunk by chunk. */
const COPIED_BYTES = 16 * 1024

/** A second read began before the first one ended. */
export class FrameReadPendingError extends WaystoneError {
  static override readonly name = 'FrameReadPendingError'
}

export interface FramedStreamInit {
  /** The longest frame, in bytes, its length prefix not counted. */
  maxLength: number
  /** Unsigned varint as in multiformats, or four bytes in network order. Default `varint`. */
  lengths?: LengthEncoding
}

export interface FrameReadOptions extends AbortOptions {
  /** The longest frame that this read takes, in bytes. Default: that of the stream. */
  maxLength?: number
}

/**
 * Length-prefixed frames on a stream.
 *
 * Between reads the stream is paused, so a slow reader slows the sender down
 * (where the transport can), and memory is bounded by one frame plus twice the
 * stream's own `maxReadBufferLength`.
 */
export class FramedStream<S extends FrameableStream = FrameableStream> {
  readonly #stream: S
  readonly #reader: StreamReader
  readonly #codec: LengthCodec
  readonly #maxLength: number
  #reading = false
  #unwrapped = false

  constructor(stream: S, init: FramedStreamInit) {
    const codec = lengthCodecs[init.lengths ?? 'varint']
    if (!Number.isSafeInteger(init.maxLength) || init.maxLength < 1 || init.maxLength > codec.max) {
      throw new InvalidParametersError(`maxLength must be a whole number from 1 to ${codec.max}`)
    }
    this.#stream = stream
    this.#codec = codec
    this.#maxLength = init.maxLength
    this.#reader = new StreamReader(stream)
  }

  /**
   * The next frame, or `undefined` when the remote has ended the stream between two frames.
   * A read that was aborted loses nothing: the next one goes on where it stopped.
   *
   * @throws FrameTooLargeError - before any of the frame is buffered; abort the stream
   * @throws FrameLengthInvalidError - abort the stream
   * @throws FrameTruncatedError - the stream ended inside a frame
   * @throws FrameReadPendingError - one read at a time
   * @throws the stream's own error when it was reset or aborted between two frames
   */
  async read(options: FrameReadOptions = {}): Promise<Uint8ArrayList | undefined> {
    this.#checkIdle()
    this.#reading = true
    try {
      return await this.#readFrame(options)
    } finally {
      this.#reading = false
      this.#reader.rest()
    }
  }

  /**
   * Sends one frame; resolves when the stream can take more. The bytes are not
   * copied. A write that was aborted while it waited may still be sent.
   *
   * @throws FrameTooLargeError - nothing was sent
   * @throws StreamStateError, or the stream's own error, when it is closed for writing
   */
  async write(frame: Uint8Array | Uint8ArrayList, options: AbortOptions = {}): Promise<void> {
    this.#checkLength(frame.byteLength)
    if (this.#unwrapped) throw new StreamStateError('The stream was unwrapped')
    await sendAll(this.#stream, new Uint8ArrayList(this.#codec.encode(frame.byteLength), frame), options)
  }

  /** Sends several frames in one piece; otherwise as {@link write}. */
  async writeV(frames: (Uint8Array | Uint8ArrayList)[], options: AbortOptions = {}): Promise<void> {
    for (const frame of frames) this.#checkLength(frame.byteLength)
    if (this.#unwrapped) throw new StreamStateError('The stream was unwrapped')
    const bytes = frames.flatMap(frame => [this.#codec.encode(frame.byteLength), frame])
    await sendAll(this.#stream, inOnePiece(new Uint8ArrayList(...bytes)), options)
  }

  /** Gives the stream back for raw bytes; those after the last frame are still on it. The frames are then over. */
  unwrap(): S {
    this.#checkIdle()
    this.#unwrapped = true
    this.#reader.release()
    return this.#stream
  }

  async #readFrame(options: FrameReadOptions): Promise<Uint8ArrayList | undefined> {
    const { bytes } = this.#reader
    let prefix = this.#codec.decode(bytes)
    while (prefix === undefined) {
      if (!(await this.#fill(bytes.byteLength + 1, options))) return undefined
      prefix = this.#codec.decode(bytes)
    }
    this.#checkLength(prefix.length, options.maxLength)
    const end = prefix.prefixBytes + prefix.length
    await this.#fill(end, options)
    const frame = bytes.sublist(prefix.prefixBytes, end)
    bytes.consume(end)
    return frame
  }

  /** False when the stream ended and not one byte of a frame is there. */
  async #fill(length: number, options: AbortOptions): Promise<boolean> {
    if (await this.#reader.fill(length, options)) return true
    const { bytes, failure } = this.#reader
    if (bytes.byteLength > 0) {
      throw new FrameTruncatedError('the stream ended inside a frame', { cause: failure })
    }
    if (failure !== undefined) throw failure
    return false
  }

  #checkIdle(): void {
    if (this.#unwrapped) throw new StreamStateError('The stream was unwrapped')
    if (this.#reading) throw new FrameReadPendingError('a read of this stream is under way')
  }

  #checkLength(length: number, maxLength = this.#maxLength): void {
    if (length <= maxLength) return
    throw new FrameTooLargeError(`a frame of ${length} bytes is over the limit of ${maxLength}`)
  }
}

// libp2p's TCP and TLS connections write each chunk of a list to the socket by itself
function inOnePiece(bytes: Uint8ArrayList): Uint8ArrayList {
  return bytes.byteLength > COPIED_BYTES ? bytes : new Uint8ArrayList(bytes.subarray())
}

/**
 * Reads and writes bounded, length-prefixed frames on a stream.
 *
 * @example
 * const frames = framed(stream, { maxLength: 65_536, lengths: 'u32be' })
 * await frames.write(request, { signal })
 * const answer = await frames.read({ signal })
 */
export function framed<S extends FrameableStream>(stream: S, init: FramedStreamInit): FramedStream<S> {
  return new FramedStream(stream, init)
}
