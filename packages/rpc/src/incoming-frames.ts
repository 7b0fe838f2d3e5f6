import { abortable } from '@waystone/kit'
import { RPC_FRAME_MAX_BYTES, RPC_HEAD_MAX_BYTES } from '@waystone/wire/rpc'
import { checkHead, decodeCredit, decodeFrame } from './codec.ts'
import { RpcFrameInvalidError } from './errors.ts'
import { GatheredBytes } from './gathered-bytes.ts'
import { Pace } from './pace.ts'
import { ReceiveWindow } from './windows.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { FramedStream } from '@waystone/kit'
import type { Frame } from './codec.ts'

/** The byte that names the kind counts too. */
const HEAD_FRAME_BYTES = RPC_HEAD_MAX_BYTES + 1

/**
 * What the other side sends, for two who may wait at one time: whoever reads the
 * call, and whoever writes and needs credit. One of them reads from the stream;
 * what is for the other waits here, at most a window of it.
 */
export class IncomingFrames {
  readonly #frames: FramedStream
  readonly #onCredit: (bytes: number) => void
  readonly #window = new ReceiveWindow()
  readonly #pace = new Pace()
  readonly #body = new GatheredBytes()
  #head: Uint8Array | undefined
  #trailers: Uint8Array | undefined
  #inCall = false
  /** Settled when whoever reads has a frame, or has given up. */
  #reading: Promise<void> | undefined

  /** @param onCredit - may throw RpcFrameInvalidError */
  constructor(frames: FramedStream, onCredit: (bytes: number) => void) {
    this.#frames = frames
    this.#onCredit = onCredit
  }

  /**
   * The next frame that is not credit, or nothing when the stream has ended. Pieces of the body may come as one.
   *
   * @throws as {@link advance}
   */
  async next(options: AbortOptions): Promise<Frame | undefined> {
    for (;;) {
      const frame = this.#shift()
      if (frame !== undefined) return frame
      if (!(await this.advance(options))) return undefined
    }
  }

  /**
   * Waits until a frame has come, whoever reads it; false when the stream has ended between two frames.
   *
   * @throws RpcFrameInvalidError, FrameTooLargeError, FrameTruncatedError, or the stream's own error
   */
  async advance(options: AbortOptions): Promise<boolean> {
    if (this.#reading === undefined) return await this.#readOne(options)
    await (options.signal === undefined ? this.#reading : abortable(this.#reading, options.signal))
    return true
  }

  /** So many bytes of the body are used: for how many to give credit. */
  consume(bytes: number): number {
    return this.#window.consume(bytes)
  }

  async #readOne(options: AbortOptions): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#reading = promise
    try {
      await this.#pace.step()
      const maxLength = this.#inCall ? RPC_FRAME_MAX_BYTES : HEAD_FRAME_BYTES
      const bytes = await this.#frames.read({ ...options, maxLength })
      if (bytes !== undefined) this.#take(decodeFrame(bytes))
      return bytes !== undefined
    } finally {
      this.#reading = undefined
      resolve()
    }
  }

  #take({ kind, bytes }: Frame): void {
    if (kind === 'credit') return this.#onCredit(decodeCredit(bytes))
    // the next call begins when both sides have ended this one, and this side still waits for credit
    if (this.#trailers !== undefined) throw new RpcFrameInvalidError(`${kind} behind the trailers`)
    if (kind === 'head') return this.#takeHead(bytes)
    if (!this.#inCall) throw new RpcFrameInvalidError(`${kind} where a head belongs`)
    if (kind === 'trailers') return this.#takeTrailers(bytes)
    this.#window.receive(bytes.byteLength)
    if (bytes.byteLength > 0) this.#body.append(bytes)
  }

  #takeHead(bytes: Uint8Array): void {
    if (this.#inCall) throw new RpcFrameInvalidError('a head inside a call')
    this.#inCall = true
    this.#head = bytes
    this.#window.open()
  }

  #takeTrailers(bytes: Uint8Array): void {
    this.#inCall = false
    this.#trailers = checkHead(bytes)
  }

  #shift(): Frame | undefined {
    const [head, trailers] = [this.#head, this.#trailers]
    this.#head = undefined
    if (head !== undefined) return { kind: 'head', bytes: head }
    if (this.#body.byteLength > 0) return { kind: 'body', bytes: this.#body.take(this.#body.byteLength) }
    this.#trailers = undefined
    return trailers === undefined ? undefined : { kind: 'trailers', bytes: trailers }
  }
}
