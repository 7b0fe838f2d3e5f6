import { framed, FrameTooLargeError, nextTurn } from '@waystone/kit'
import { RPC_FRAME_MAX_BYTES, RPC_HEAD_MAX_BYTES } from '@waystone/wire/rpc'
import { abortAfter } from './abort-after.ts'
import { decodeFrame, decodeTrailers, encodeFrame, encodeTrailers } from './codec.ts'
import { CallBrokenError, RpcFrameInvalidError } from './errors.ts'
import type { AbortOptions, Stream } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { FramedStream } from '@waystone/kit'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { Frame } from './codec.ts'

/** The byte that names the kind counts too. */
const HEAD_FRAME_BYTES = RPC_HEAD_MAX_BYTES + 1
/** Bodies are cut to frames of this length. */
const BODY_FRAME_BYTES = RPC_FRAME_MAX_BYTES - 1

/** Frames that are read or written in a row before others have their turn: about a millisecond of work. */
const FRAMES_IN_A_ROW = 64

export interface ReadBodyOptions extends AbortOptions {
  onTrailers?: (trailer: Headers) => void
}

/** How long a frame may wait for the other side to read; then the stream is reset. */
export interface WritePatience {
  ms: number
  clock: Clock
}

/** Either end of a stream that carries calls, one after another. */
export class CallStream {
  readonly stream: Stream
  readonly #frames: FramedStream<Stream>
  readonly #patience: WritePatience | undefined
  #ended = false
  #row = 0

  /** @param patience - without it a write waits until its signal ends */
  constructor(stream: Stream, patience?: WritePatience) {
    this.stream = stream
    this.#patience = patience
    this.#frames = framed(stream, { maxLength: RPC_FRAME_MAX_BYTES })
  }

  /** Whether the other side has sent all of its call. */
  get ended(): boolean {
    return this.#ended
  }

  /**
   * The bytes of the next head, or nothing when the other side has ended the stream between two calls.
   *
   * @throws RpcFrameInvalidError, FrameTooLargeError, FrameTruncatedError, or the stream's own error
   */
  async readHead(options: AbortOptions = {}): Promise<Uint8Array | undefined> {
    this.#ended = false
    const frame = await this.#read({ ...options, maxLength: HEAD_FRAME_BYTES })
    if (frame === undefined) return undefined
    if (frame.kind !== 'head') throw new RpcFrameInvalidError(`${frame.kind} where a head belongs`)
    return frame.bytes
  }

  /**
   * The body, until its trailers, which go to `onTrailers`. No chunk is empty.
   *
   * @throws as {@link readHead}, and CallBrokenError when the stream ends before the trailers
   */
  async *readBody({ signal, onTrailers }: ReadBodyOptions = {}): AsyncGenerator<Uint8Array> {
    const options = signal === undefined ? {} : { signal }
    while (!this.#ended) {
      const { kind, bytes } = await this.#readOfBody(options)
      if (kind === 'trailers') {
        const trailer = decodeTrailers(bytes)
        this.#ended = true
        onTrailers?.(trailer)
      } else if (bytes.byteLength > 0) yield bytes
    }
  }

  /**
   * Sends a whole side of a call, in one piece if it is short.
   *
   * @throws FrameTooLargeError when the head or the trailers are over their limit; nothing was sent
   */
  async writeAll(head: Uint8Array, body: Uint8Array[], trailer?: Headers, options: AbortOptions = {}): Promise<void> {
    const frames = [headFrame(head), ...body.flatMap(bodyFrames), trailersFrame(trailer)]
    if (lengthOf(frames) <= RPC_FRAME_MAX_BYTES) return await this.#write(frames, options)
    for (const frame of frames) await this.#write([frame], options)
  }

  /** @throws FrameTooLargeError; nothing was sent */
  async writeHead(head: Uint8Array, options: AbortOptions = {}): Promise<void> {
    await this.#write([headFrame(head)], options)
  }

  async writeBody(bytes: Uint8Array, options: AbortOptions = {}): Promise<void> {
    for (const frame of bodyFrames(bytes)) {
      await this.#write([frame], options)
      await this.#pace()
    }
  }

  /** @throws FrameTooLargeError; nothing was sent */
  async writeTrailers(trailer?: Headers, options: AbortOptions = {}): Promise<void> {
    await this.#write([trailersFrame(trailer)], options)
  }

  async #write(frames: Uint8ArrayList[], options: AbortOptions): Promise<void> {
    const writing = this.#frames.writeV(frames, options)
    // most writes end at once: only one that has to wait is worth a timer
    if (this.#patience === undefined || !this.stream.writableNeedsDrain) return await writing
    using _ = abortAfter(this.stream, { ...this.#patience, what: 'a peer that reads nothing' })
    await writing
  }

  // most frames have nothing to wait for, and promises alone never let the event loop go on
  async #pace(): Promise<void> {
    this.#row = (this.#row + 1) % FRAMES_IN_A_ROW
    if (this.#row === 0) await nextTurn()
  }

  async #readOfBody(options: AbortOptions): Promise<Frame> {
    await this.#pace()
    const frame = await this.#read(options)
    if (frame === undefined) throw new CallBrokenError('the stream ended inside a call')
    if (frame.kind === 'head') throw new RpcFrameInvalidError('a head inside a call')
    if (frame.kind === 'trailers') checkHead(frame.bytes)
    return frame
  }

  async #read(options: AbortOptions & { maxLength?: number }): Promise<Frame | undefined> {
    const frame = await this.#frames.read(options)
    return frame === undefined ? undefined : decodeFrame(frame)
  }
}

function headFrame(head: Uint8Array): Uint8ArrayList {
  return encodeFrame('head', checkHead(head))
}

function trailersFrame(trailer: Headers | undefined): Uint8ArrayList {
  return encodeFrame('trailers', checkHead(encodeTrailers(trailer)))
}

/** @throws FrameTooLargeError */
export function checkHead(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength <= RPC_HEAD_MAX_BYTES) return bytes
  throw new FrameTooLargeError(`a head or trailers of ${bytes.byteLength} bytes are over ${RPC_HEAD_MAX_BYTES}`)
}

function bodyFrames(bytes: Uint8Array): Uint8ArrayList[] {
  if (bytes.byteLength === 0) return []
  if (bytes.byteLength <= BODY_FRAME_BYTES) return [encodeFrame('body', bytes)]
  const count = Math.ceil(bytes.byteLength / BODY_FRAME_BYTES)
  return Array.from({ length: count }, (_, index) =>
    encodeFrame('body', bytes.subarray(index * BODY_FRAME_BYTES, (index + 1) * BODY_FRAME_BYTES))
  )
}

function lengthOf(frames: Uint8ArrayList[]): number {
  return frames.reduce((sum, { byteLength }) => sum + byteLength, 0)
}
