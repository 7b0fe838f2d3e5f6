import { BinaryReader } from '@bufbuild/protobuf/wire'
import { createDeadline, framed } from '@waystone/kit'
import { MAX_MESSAGE_BYTES, MESSAGE_MS } from '../constants.ts'
import type { OutboundParts } from './admission.ts'
import type { Logger, Stream } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { FramedStream } from '@waystone/kit'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface OutboundMessagesInit {
  /** What of a message is sent. */
  filter: (message: Uint8Array) => OutboundParts | undefined
  clock: Clock
  log: Logger
}

/**
 * An outbound stream as `@helia/bitswap` 4.0.19 writes one. Writing and closing
 * go on by themselves: that library begins to wait for the answer to a want only
 * when the stream is closed, and misses one that is there before.
 */
export class OutboundMessages {
  readonly #stream: Stream
  readonly #frames: FramedStream<Stream>
  readonly #init: OutboundMessagesInit
  /** What was sent so far is with the stream. */
  #sent: Promise<void> = Promise.resolve()
  #gives = false

  constructor(stream: Stream, init: OutboundMessagesInit) {
    this.#stream = stream
    this.#frames = framed(stream, { maxLength: MAX_MESSAGE_BYTES })
    this.#init = init
  }

  /** Whether blocks of this node, or what it has, were put on the stream. */
  get gives(): boolean {
    return this.#gives
  }

  /** Always takes all of it: the library sends one message on each stream. */
  send(data: Uint8Array | Uint8ArrayList): boolean {
    const bytes = data.subarray()
    const reader = new BinaryReader(bytes)
    reader.uint32()
    const kept = this.#init.filter(bytes.subarray(reader.pos))
    if (kept === undefined) return true
    this.#gives ||= kept.gives
    this.#then(async signal => this.#frames.write(kept.message, { signal }))
    return true
  }

  async closeRead(): Promise<void> {
    this.#then(async signal => this.#stream.closeRead({ signal }))
  }

  async close(): Promise<void> {
    this.#then(async signal => this.#stream.close({ signal }))
  }

  abort(error: Error): void {
    this.#stream.abort(error)
  }

  #then(step: (signal: AbortSignal) => Promise<void>): void {
    this.#sent = this.#after(this.#sent, step)
  }

  async #after(before: Promise<void>, step: (signal: AbortSignal) => Promise<void>): Promise<void> {
    await before
    if (this.#stream.status !== 'open') return
    using deadline = createDeadline({ ms: MESSAGE_MS, what: 'a bitswap message', clock: this.#init.clock })
    try {
      await step(deadline.signal)
    } catch (error) {
      this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    const failure = error instanceof Error ? error : new Error('a bitswap stream failed', { cause: error })
    this.#init.log('a bitswap message was not sent - %e', failure)
    this.#stream.abort(failure)
  }
}
