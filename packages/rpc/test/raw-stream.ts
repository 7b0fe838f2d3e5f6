import { framed } from '@waystone/kit'
import { RPC_PROTOCOL } from '@waystone/wire'
import { decodeFrame, decodeResponseHead, encodeFrame, encodeRequestHead } from '../src/codec.ts'
import type { Connection, Stream } from '@libp2p/interface'
import type { FramedStream } from '@waystone/kit'
import type { Frame, FrameKind } from '../src/codec.ts'

export interface RawAnswer {
  status: number
  body: Uint8Array
  text: string
}

export const METHOD = '/conformance.v1.ConformanceService'
export const PROTO = { 'content-type': 'application/proto' }
export const STREAM = { 'content-type': 'application/connect+proto' }

/** One side of a stream that keeps to nothing: it sends what a test says. */
export class RawStream {
  readonly stream: Stream
  readonly frames: FramedStream<Stream>

  constructor(stream: Stream) {
    this.stream = stream
    this.frames = framed(stream, { maxLength: 1024 * 1024 * 4 })
  }

  static async open(connection: Connection): Promise<RawStream> {
    return new RawStream(await connection.newStream(RPC_PROTOCOL, { maxOutboundStreams: 100_000 }))
  }

  async send(kind: FrameKind, bytes: Uint8Array = new Uint8Array()): Promise<void> {
    await this.frames.write(encodeFrame(kind, bytes))
  }

  async head(method: string, headers: Record<string, string>): Promise<void> {
    await this.send('head', encodeRequestHead({ path: `${METHOD}/${method}`, header: new Headers(headers) }))
  }

  /** A whole call. */
  async call(method: string, headers: Record<string, string>, body: Uint8Array = new Uint8Array()): Promise<RawAnswer> {
    await this.head(method, headers)
    await this.send('body', body)
    await this.send('trailers')
    return await this.answer()
  }

  /** The next whole answer; credit is passed over. */
  async answer(): Promise<RawAnswer> {
    const first = await this.#readOfAnswer()
    if (first?.kind !== 'head') throw new Error(`${String(first?.kind)} where a head belongs`)
    const body: Uint8Array[] = []
    for (let frame = await this.#readOfAnswer(); frame?.kind !== 'trailers'; frame = await this.#readOfAnswer()) {
      if (frame === undefined) throw new Error('the stream ended inside an answer')
      body.push(frame.bytes)
    }
    const bytes = new Uint8Array(Buffer.concat(body))
    return { status: decodeResponseHead(first.bytes).status, body: bytes, text: Buffer.from(bytes).toString() }
  }

  async read(): Promise<Frame | undefined> {
    const frame = await this.frames.read()
    return frame === undefined ? undefined : decodeFrame(frame)
  }

  async #readOfAnswer(): Promise<Frame | undefined> {
    const frame = await this.read()
    return frame?.kind === 'credit' ? await this.#readOfAnswer() : frame
  }
}

/** A message as a streaming call carries it. */
export function envelope(bytes: Uint8Array, flags = 0): Uint8Array {
  const head = new Uint8Array(5)
  head[0] = flags
  new DataView(head.buffer).setUint32(1, bytes.byteLength)
  return new Uint8Array([...head, ...bytes])
}
