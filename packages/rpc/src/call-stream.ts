import { createDeadline, framed } from '@waystone/kit'
import { RPC_FRAME_MAX_BYTES, RPC_HEAD_MAX_BYTES } from '@waystone/wire/rpc'
import { Uint8ArrayList } from 'uint8arraylist'
import { decodeFrame, decodeTrailers, encodeFrame, encodeTrailers } from './codec.ts'
import { RpcFrameInvalidError } from './errors.ts'
import type { AbortOptions, Stream } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { FramedStream } from '@waystone/kit'
import type { Frame, FrameKind } from './codec.ts'

/** Bodies are cut to frames of this length: the byte that names the kind counts too. */
const BODY_FRAME_BYTES = RPC_FRAME_MAX_BYTES - 1

export interface ReadBodyOptions extends AbortOptions {
  onTrailers?: (trailer: Headers) => void
  /** The longest silence of the other side, in milliseconds. Default: no limit. */
  idle?: { ms: number; clock: Clock }
}

/** Either end of a stream that carries calls, one after another. */
export class CallStream {
  readonly stream: Stream
  readonly #frames: FramedStream<Stream>
  #ended = false

  constructor(stream: Stream) {
    this.stream = stream
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
    const frame = await this.#read({ ...options, maxLength: RPC_HEAD_MAX_BYTES })
    if (frame === undefined) return undefined
    if (frame.kind !== 'head') throw new RpcFrameInvalidError(`${frame.kind} where a head belongs`)
    return frame.bytes
  }

  /**
   * The body, until its trailers, which go to `onTrailers`.
   *
   * @throws as {@link readHead}, and RpcFrameInvalidError when the stream ends before the trailers
   */
  async *readBody(options: ReadBodyOptions = {}): AsyncGenerator<Uint8Array> {
    while (!this.#ended) {
      const frame = await this.#readWithin(options)
      if (frame === undefined) throw new RpcFrameInvalidError('the stream ended inside a call')
      if (frame.kind === 'head') throw new RpcFrameInvalidError('a head inside a call')
      if (frame.kind === 'body') {
        yield frame.bytes
        continue
      }
      this.#ended = true
      options.onTrailers?.(decodeTrailers(frame.bytes))
    }
  }

  /** Sends a whole side of a call at once, so that it leaves in one piece. */
  async writeAll(head: Uint8Array, body: Uint8Array[], trailer?: Headers, options: AbortOptions = {}): Promise<void> {
    const frames = [encodeFrame('head', head), ...body.flatMap(bodyFrames), trailersFrame(trailer)]
    await this.#frames.writeV(frames, options)
  }

  async writeHead(head: Uint8Array, options: AbortOptions = {}): Promise<void> {
    await this.#write('head', head, options)
  }

  async writeBody(bytes: Uint8Array, options: AbortOptions = {}): Promise<void> {
    for (const frame of bodyFrames(bytes)) await this.#frames.write(frame, options)
  }

  async writeTrailers(trailer?: Headers, options: AbortOptions = {}): Promise<void> {
    await this.#frames.write(trailersFrame(trailer), options)
  }

  async #write(kind: FrameKind, bytes: Uint8Array, options: AbortOptions): Promise<void> {
    await this.#frames.write(encodeFrame(kind, bytes), options)
  }

  async #readWithin({ signal, idle }: ReadBodyOptions): Promise<Frame | undefined> {
    if (idle === undefined) return await this.#read(signal === undefined ? {} : { signal })
    using deadline = createDeadline({ ...idle, what: 'the next part of a call', signal })
    return await this.#read({ signal: deadline.signal })
  }

  async #read(options: AbortOptions & { maxLength?: number }): Promise<Frame | undefined> {
    const frame = await this.#frames.read(options)
    return frame === undefined ? undefined : decodeFrame(frame)
  }
}

function trailersFrame(trailer: Headers | undefined): Uint8ArrayList {
  return encodeFrame('trailers', encodeTrailers(trailer))
}

function bodyFrames(bytes: Uint8Array): Uint8ArrayList[] {
  if (bytes.byteLength === 0) return []
  if (bytes.byteLength <= BODY_FRAME_BYTES) return [encodeFrame('body', bytes)]
  const count = Math.ceil(bytes.byteLength / BODY_FRAME_BYTES)
  return Array.from({ length: count }, (_, index) =>
    encodeFrame('body', bytes.subarray(index * BODY_FRAME_BYTES, (index + 1) * BODY_FRAME_BYTES))
  )
}
