import { StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { createDeadline, framed, nextTurn } from '@waystone/kit'
import { MAX_MESSAGE_BYTES, MESSAGE_MS } from '../constants.ts'
import { withLength } from './with-length.ts'
import type { AbortOptions, Stream } from '@libp2p/interface'
import type { FramedStream } from '@waystone/kit'
import type { Clock } from '@waystone/interface'

export interface InboundMessagesInit {
  /** What of a message is passed on; throws for one that breaks the protocol. */
  filter: (message: Uint8Array) => Uint8Array | undefined
  clock: Clock
}

/**
 * An inbound stream as `@helia/bitswap` 4.0.19 reads one, with only those parts
 * of each message that the peer may send. That library queues whatever arrives
 * without slowing the sender down; here the next message is read when the last
 * has been worked on.
 */
export class InboundMessages extends EventTarget {
  readonly #stream: Stream
  readonly #frames: FramedStream<Stream>
  readonly #init: InboundMessagesInit
  #reading = false

  /** The stream waits from here on. */
  constructor(stream: Stream, init: InboundMessagesInit) {
    super()
    this.#stream = stream
    this.#frames = framed(stream, { maxLength: MAX_MESSAGE_BYTES })
    this.#init = init
  }

  get id(): string {
    return this.#stream.id
  }

  get protocol(): string {
    return this.#stream.protocol
  }

  get status(): Stream['status'] {
    return this.#stream.status
  }

  abort(error: Error): void {
    this.#stream.abort(error)
  }

  async close(options?: AbortOptions): Promise<void> {
    await this.#stream.close(options)
  }

  // the library adds its other listeners in the same turn
  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    super.addEventListener(...args)
    if (args[0] !== 'message' || this.#reading) return
    this.#reading = true
    void this.#pump()
  }

  async #pump(): Promise<void> {
    try {
      for (let message = await this.#next(); message !== undefined; message = await this.#next()) {
        const kept = this.#init.filter(message)
        if (kept !== undefined) this.dispatchEvent(new StreamMessageEvent(withLength(kept)))
        // a peer that sends without end shares the loop with everybody else
        await nextTurn()
      }
      this.dispatchEvent(new Event('remoteCloseWrite'))
    } catch (error) {
      const failure = error instanceof Error ? error : new Error('a bitswap stream failed', { cause: error })
      this.#stream.abort(failure)
      this.dispatchEvent(new StreamCloseEvent(true, failure))
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    await nextTurn()
    using deadline = createDeadline({ ms: MESSAGE_MS, what: 'a bitswap message', clock: this.#init.clock })
    const frame = await this.#frames.read({ signal: deadline.signal })
    return frame?.subarray()
  }
}
