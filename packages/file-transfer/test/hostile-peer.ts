import { framed } from '@waystone/kit'
import { FILE_TRANSFER_PROTOCOL } from '@waystone/wire'
import { decodeFileMessage, encodeFileMessage } from '@waystone/wire/file-transfer'
import type { FileNode } from './nodes.ts'
import type { Stream } from '@libp2p/interface'
import type { FramedStream } from '@waystone/kit'
import type { Envelope, FileMessage } from '@waystone/wire/file-transfer'

type Message = Envelope['message']

/** A side of the protocol that says what a test tells it to. */
export class HostilePeer {
  readonly stream: Stream
  readonly #frames: FramedStream<Stream>

  constructor(stream: Stream) {
    this.stream = stream
    this.#frames = framed(stream, { maxLength: 1 << 20 })
  }

  static async dial(from: FileNode, to: FileNode): Promise<HostilePeer> {
    const connection = await from.dial(to.getMultiaddrs())
    return new HostilePeer(await connection.newStream(FILE_TRANSFER_PROTOCOL))
  }

  async say(message: FileMessage): Promise<void> {
    await this.#frames.write(encodeFileMessage(message))
  }

  /** The next message; undefined when the stream ended, however it did. */
  async hear(): Promise<Message | undefined> {
    const frame = await this.#frames.read().catch(() => undefined)
    return frame === undefined ? undefined : decodeFileMessage(frame.subarray())
  }

  async offer(overrides: Partial<OfferInit> = {}): Promise<void> {
    await this.say({ case: 'offer', value: { ...ordinaryOffer, ...overrides } })
  }

  /** Resolves when the stream is gone. */
  async gone(): Promise<void> {
    if (this.stream.status !== 'open') return
    await new Promise(resolve => this.stream.addEventListener('close', resolve, { once: true }))
  }
}

interface OfferInit {
  transferId: Uint8Array
  session: Uint8Array
  name: string
  size: bigint
}

const ordinaryOffer: OfferInit = {
  transferId: new Uint8Array(16).fill(1),
  session: new Uint8Array(8).fill(2),
  name: 'a.bin',
  size: 1000n
}
