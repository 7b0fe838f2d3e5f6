import { createDeadline } from '@waystone/kit'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { TUNNEL_FRAME_MAX_BYTES } from '@waystone/wire/tunnel-limits'
import { CREDIT_BYTES, LINGER_MS, WINDOW_BYTES } from './constants.ts'
import { LocalResetError, TunnelBrokenError, TunnelProtocolError } from './errors.ts'
import { creditFrame, dataFrame, decodeFrame, endFrame } from './frames.ts'
import { costOf, SendCredit } from './send-credit.ts'
import { resetSocket } from './socket.ts'
import type { Socket } from 'node:net'
import type { Stream } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { FramedStream } from '@waystone/kit'
import type { Uint8ArrayList } from 'uint8arraylist'

const MAX_DATA_BYTES = TUNNEL_FRAME_MAX_BYTES - 1
const BROKEN_FRAMES = new Set(['FrameTooLargeError', 'FrameLengthInvalidError'])

export interface LinkInit {
  socket: Socket
  stream: Stream
  frames: FramedStream<Stream>
  /** Bytes that the other side takes at first. */
  window: number
  /** Resets both ends. */
  signal: AbortSignal
  clock: Clock
  /** Bytes that went to the peer, or came from it. */
  onBytes(direction: 'sent' | 'received', count: number): void
}

/**
 * One TCP connection on one stream: what comes from one goes to the other, the
 * end of each direction by itself, and a reset of either resets the other.
 */
export class Link {
  readonly #init: LinkInit
  readonly #credit: SendCredit
  readonly #flushed = Promise.withResolvers<void>()
  #sentEnd = false
  #receivedEnd = false
  /** What the peer has sent and the socket has not taken. */
  #held = 0
  /** What the socket has taken and the peer has not been told of. */
  #owed = 0
  #failure: { error: unknown } | undefined

  constructor(init: LinkInit) {
    this.#init = init
    this.#credit = new SendCredit(init.window)
    // a link that fails before it waits for this
    this.#flushed.promise.catch(() => {})
  }

  /**
   * Resolves when both directions ended in order and both ends are closed.
   *
   * @throws LocalResetError, TunnelBrokenError, TunnelProtocolError, or the signal's reason; both ends are reset then
   */
  async carry(): Promise<void> {
    const { socket, signal } = this.#init
    const abort = (): void => this.#fail(signal.reason)
    socket.on('error', this.#onSocketError).on('close', this.#onSocketClose)
    signal.addEventListener('abort', abort, { once: true })
    try {
      if (signal.aborted) abort()
      const both = [this.#send(), this.#receive()].map(async work => await work.catch(this.#fail))
      await Promise.all(both)
      if (this.#failure === undefined) await this.#flushed.promise
    } catch (error) {
      this.#fail(error)
    } finally {
      signal.removeEventListener('abort', abort)
    }
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** From the socket to the peer. */
  async #send(): Promise<void> {
    const { socket } = this.#init
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      for (let start = 0; start < chunk.length;) {
        const length = await this.#credit.take(Math.min(chunk.length - start, MAX_DATA_BYTES))
        await this.#write(dataFrame(chunk.subarray(start, start + length)))
        this.#init.onBytes('sent', length)
        start += length
      }
    }
    await this.#write(endFrame())
    this.#sentEnd = true
    this.#closeWhenEnded()
  }

  /** From the peer to the socket, and the peer's credit; until the stream is closed. */
  async #receive(): Promise<void> {
    for (let frame = await this.#read(); frame !== undefined; frame = await this.#read()) this.#take(frame)
    if (!this.#ended) throw new TunnelBrokenError('the peer or the way to it is gone')
  }

  async #read(): Promise<Uint8ArrayList | undefined> {
    return await this.#init.frames.read().catch((error: unknown) => {
      if (this.#ended) return undefined
      throw streamError(error)
    })
  }

  /** Both directions: how the stream is closed after that means nothing. */
  get #ended(): boolean {
    return this.#sentEnd && this.#receivedEnd
  }

  #take(bytes: Uint8ArrayList): void {
    const frame = decodeFrame(bytes)
    if (frame.kind === 'credit') this.#credit.add(frame.bytes)
    else if (this.#receivedEnd) throw new TunnelProtocolError(`${frame.kind} after the end`)
    else if (frame.kind === 'data') this.#toSocket(frame.bytes)
    else this.#endSocket()
  }

  // the socket's queue is bounded by the window: the peer is never made to wait by not being read
  #toSocket(bytes: Uint8ArrayList): void {
    const { socket } = this.#init
    const cost = costOf(bytes.byteLength)
    this.#held += cost
    if (this.#held > WINDOW_BYTES) throw new TunnelProtocolError('more data than the window allows')
    this.#init.onBytes('received', bytes.byteLength)
    const parts = [...bytes]
    const last = parts.pop()
    socket.cork()
    for (const part of parts) socket.write(part)
    if (last !== undefined) socket.write(last, error => this.#written(cost, error))
    socket.uncork()
  }

  #written(cost: number, error: Error | null | undefined): void {
    this.#held -= cost
    this.#owed += cost
    if (error != null || this.#receivedEnd || this.#owed < CREDIT_BYTES) return
    const owed = this.#owed
    this.#owed = 0
    this.#write(creditFrame(owed)).catch(this.#fail)
  }

  async #write(frame: Uint8Array | Uint8ArrayList): Promise<void> {
    await this.#init.frames.write(frame).catch((error: unknown) => {
      throw streamError(error)
    })
  }

  #endSocket(): void {
    this.#receivedEnd = true
    this.#init.socket.end(() => this.#flushed.resolve())
    this.#closeWhenEnded()
  }

  #closeWhenEnded(): void {
    if (this.#ended) void this.#closeStream()
  }

  /** Both directions have ended: a peer that does not close its side has nothing more to say. */
  async #closeStream(): Promise<void> {
    const { stream, clock } = this.#init
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    stream.addEventListener('close', () => resolve(), { once: true })
    using deadline = createDeadline({ ms: LINGER_MS, what: 'closing the stream', clock })
    deadline.signal.addEventListener('abort', () => stream.abort(toError(deadline.signal.reason)), { once: true })
    if (stream.status !== 'open') return
    await stream.close({ signal: deadline.signal }).catch((error: unknown) => stream.abort(toError(error)))
    await closed
  }

  readonly #onSocketError = (error: Error): void => this.#fail(new LocalResetError(error))

  readonly #onSocketClose = (): void => {
    const { readableEnded, writableFinished } = this.#init.socket
    if (!readableEnded || !writableFinished) this.#fail(new LocalResetError())
  }

  readonly #fail = (error: unknown): void => {
    if (this.#failure !== undefined) return
    this.#failure = { error }
    this.#credit.fail(error)
    this.#flushed.reject(error)
    this.#init.stream.abort(toError(error))
    resetSocket(this.#init.socket)
  }
}

function streamError(error: unknown): unknown {
  const name = nameOf(error)
  if (BROKEN_FRAMES.has(name)) return new TunnelProtocolError('a frame is too long', error)
  return new TunnelBrokenError(
    name === 'StreamResetError' ? 'the peer reset the connection' : 'the peer or the way to it is gone',
    error
  )
}
