import { framed } from '@waystone/kit'
import { FILE_FRAME_MAX_BYTES, decodeFileMessage, encodeFileMessage } from '@waystone/wire/file-transfer'
import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { FileProtocolError, TransferBrokenError } from './errors.ts'
import type { AbortOptions, Stream } from '@libp2p/interface'
import type { FramedStream } from '@waystone/kit'
import type { Envelope, FileMessage } from '@waystone/wire/file-transfer'

type Message = Envelope['message']
type MessageCase = NonNullable<Message['case']>
type MessageOf<K extends MessageCase> = Extract<Message, { case: K }>

const BROKEN_FRAMES = new Set(['FrameTooLargeError', 'FrameLengthInvalidError'])

/** The envelopes of one transfer; between them the stream is free for raw bytes. */
export class Conversation {
  readonly stream: Stream
  #frames: FramedStream<Stream> | undefined

  constructor(stream: Stream) {
    this.stream = stream
  }

  async write(message: FileMessage, options: AbortOptions = {}): Promise<void> {
    try {
      await this.#open().write(encodeFileMessage(message), options)
    } catch (error) {
      throw transferError(error, options.signal)
    }
  }

  /**
   * The next message, which has to be one of `expected`.
   *
   * @throws TransferBrokenError - the stream ended
   * @throws FileProtocolError - an oversized or malformed frame, or another message
   */
  async read<K extends MessageCase>(expected: K[], options: AbortOptions = {}): Promise<MessageOf<K>> {
    const message = await this.#next(options)
    if (message.case !== undefined && isOneOf(message, expected)) return message
    throw new FileProtocolError(
      `The other side sent ${message.case ?? 'an unknown message'} instead of ${expected.join(' or ')}`
    )
  }

  /** Leaves the stream to whoever reads raw bytes next; envelopes after them may be read again. */
  pauseFrames(): Stream {
    this.#frames?.unwrap()
    this.#frames = undefined
    return this.stream
  }

  async #next(options: AbortOptions): Promise<Message> {
    try {
      const frame = await this.#open().read(options)
      if (frame === undefined) throw new TransferBrokenError('the other side closed the stream')
      return decode(frame.subarray())
    } catch (error) {
      throw transferError(error, options.signal)
    }
  }

  #open(): FramedStream<Stream> {
    this.#frames ??= framed(this.stream, { maxLength: FILE_FRAME_MAX_BYTES })
    return this.#frames
  }
}

function isOneOf<K extends MessageCase>(message: Message, expected: K[]): message is MessageOf<K> {
  return expected.some(name => name === message.case)
}

function decode(frame: Uint8Array): Message {
  try {
    return decodeFileMessage(frame)
  } catch (error) {
    throw new FileProtocolError('The other side sent a message that cannot be read', error)
  }
}

/** What went wrong on a stream in the words of this service; the reason of an aborted signal comes first. */
export function transferError(error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted === true) return signal.reason
  if (error instanceof FileProtocolError || error instanceof TransferBrokenError) return error
  const message = messageOf(error)
  if (BROKEN_FRAMES.has(nameOf(error)))
    return new FileProtocolError(`The other side broke the framing: ${message}`, error)
  return new TransferBrokenError(message, error)
}
