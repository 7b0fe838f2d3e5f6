import { framed } from '@waystone/kit'
import { RPC_FRAME_MAX_BYTES } from '@waystone/wire/rpc'
import { abortAfter } from './abort-after.ts'
import { checkHead, decodeTrailers, encodeCredit, encodeFrame, encodeTrailers } from './codec.ts'
import { CallBrokenError, RpcFrameInvalidError } from './errors.ts'
import { IncomingFrames } from './incoming-frames.ts'
import { Pace } from './pace.ts'
import { SendWindow } from './windows.ts'
import type { AbortOptions, Stream } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { FramedStream } from '@waystone/kit'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { Frame } from './codec.ts'

/** Bodies are cut to frames of this length. */
const BODY_FRAME_BYTES = RPC_FRAME_MAX_BYTES - 1

export interface ReadBodyOptions extends AbortOptions {
  onTrailers?: (trailer: Headers) => void
}

/** How long a frame may wait for the other side to read, or to give credit; then the stream is reset. */
export interface WritePatience {
  ms: number
  clock: Clock
}

/** Either end of a stream that carries calls, one after another. */
export class CallStream {
  readonly stream: Stream
  readonly #frames: FramedStream<Stream>
  readonly #incoming: IncomingFrames
  readonly #window = new SendWindow()
  readonly #patience: WritePatience | undefined
  readonly #pace = new Pace()
  #ended = false
  #givesCredit = true

  /** @param patience - of the side that serves; without it a write waits until its signal ends */
  constructor(stream: Stream, patience?: WritePatience) {
    this.stream = stream
    this.#patience = patience
    this.#frames = framed(stream, { maxLength: RPC_FRAME_MAX_BYTES })
    this.#incoming = new IncomingFrames(this.#frames, credit => this.#window.add(credit))
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
    this.#givesCredit = true
    const frame = await this.#incoming.next(options)
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
      } else {
        this.#giveCredit(bytes.byteLength)
        yield bytes
      }
    }
  }

  /**
   * Sends a whole side of a call, in one piece if it is short.
   *
   * @throws FrameTooLargeError when the head or the trailers are over their limit; nothing was sent
   */
  async writeAll(head: Uint8Array, body: Uint8Array[], trailer?: Headers, options: AbortOptions = {}): Promise<void> {
    const first = headFrame(head)
    const last = trailersFrame(trailer)
    this.#window.open()
    const bodyBytes = body.reduce((sum, { byteLength }) => sum + byteLength, 0)
    if (first.byteLength + bodyBytes + last.byteLength > BODY_FRAME_BYTES) {
      await this.#write([first], options)
      for (const bytes of body) await this.writeBody(bytes, options)
      return await this.#writeLast([last], options)
    }
    this.#window.take(bodyBytes)
    const frames = body.filter(({ byteLength }) => byteLength > 0).map(bytes => encodeFrame('body', bytes))
    await this.#writeLast([first, ...frames, last], options)
  }

  /** @throws FrameTooLargeError; nothing was sent */
  async writeHead(head: Uint8Array, options: AbortOptions = {}): Promise<void> {
    const frame = headFrame(head)
    this.#window.open()
    await this.#write([frame], options)
  }

  /** @throws as {@link readHead}, and CallBrokenError when the stream ends while this waits for credit */
  async writeBody(bytes: Uint8Array, options: AbortOptions = {}): Promise<void> {
    for (let start = 0; start < bytes.byteLength;) {
      if (this.#window.left === 0) await this.#waitForCredit(options)
      const end = start + this.#window.take(Math.min(bytes.byteLength - start, BODY_FRAME_BYTES))
      await this.#write([encodeFrame('body', bytes.subarray(start, end))], options)
      await this.#pace.step()
      start = end
    }
  }

  /** @throws FrameTooLargeError; nothing was sent */
  async writeTrailers(trailer?: Headers, options: AbortOptions = {}): Promise<void> {
    await this.#writeLast([trailersFrame(trailer)], options)
  }

  async #writeLast(frames: Uint8ArrayList[], options: AbortOptions): Promise<void> {
    // once it has the answer the caller may begin its next call, for which this credit is not
    if (this.#patience !== undefined) this.#givesCredit = false
    await this.#write(frames, options)
  }

  async #write(frames: Uint8ArrayList[], options: AbortOptions): Promise<void> {
    const writing = this.#frames.writeV(frames, options)
    // most writes end at once: only one that has to wait is worth a timer
    if (this.#patience === undefined || !this.stream.writableNeedsDrain) return await writing
    using _ = abortAfter(this.stream, { ...this.#patience, what: 'a peer that reads nothing' })
    await writing
  }

  // there may be nobody else who reads
  async #waitForCredit(options: AbortOptions): Promise<void> {
    const patience = this.#patience
    using _ = patience && abortAfter(this.stream, { ...patience, what: 'a peer that takes nothing' })
    while (this.#window.left === 0) {
      if (!(await this.#incoming.advance(options))) throw new CallBrokenError('the stream ended inside a call')
    }
  }

  // not waited for: two sides that wait for room for their credit, and do not read, would wait for ever
  #giveCredit(bytes: number): void {
    const credit = this.#givesCredit ? this.#incoming.consume(bytes) : 0
    if (credit > 0) this.#frames.write(encodeFrame('credit', encodeCredit(credit))).catch(() => {})
  }

  async #readOfBody(options: AbortOptions): Promise<Frame> {
    const frame = await this.#incoming.next(options)
    if (frame === undefined) throw new CallBrokenError('the stream ended inside a call')
    return frame
  }
}

function headFrame(head: Uint8Array): Uint8ArrayList {
  return encodeFrame('head', checkHead(head))
}

function trailersFrame(trailer: Headers | undefined): Uint8ArrayList {
  return encodeFrame('trailers', checkHead(encodeTrailers(trailer)))
}
