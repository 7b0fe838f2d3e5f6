import { Code, ConnectError } from '@connectrpc/connect'
import { setIdle } from '@waystone/kit'
import { abortAfter } from './abort-after.ts'
import { CallStream } from './call-stream.ts'
import { peerCaller } from './caller.ts'
import { decodeRequestHead } from './codec.ts'
import { HEAD_MS, LINGER_MS, SERVER_IDLE_MS, STALLED_WRITE_MS } from './constants.ts'
import { InboundCall } from './inbound-call.ts'
import type { Connection, Stream } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { PeerCaller } from './caller.ts'
import type { RequestHead } from './codec.ts'
import type { RpcMetrics } from './metrics.ts'

export interface ServedStreamInit {
  stream: Stream
  connection: Connection
  clock: Clock
  metrics: RpcMetrics
  /** Answers one call to the path. */
  answer: (call: InboundCall, path: string) => Promise<void>
}

/** An inbound stream: its calls, one after another. */
export class ServedStream {
  readonly #init: ServedStreamInit
  readonly #stream: CallStream
  readonly #caller: PeerCaller
  #call: InboundCall | undefined

  constructor(init: ServedStreamInit) {
    const { stream, connection, clock } = init
    this.#init = init
    this.#stream = new CallStream(stream, { ms: STALLED_WRITE_MS, clock })
    this.#caller = peerCaller(connection)
  }

  /** Serves until the caller ends the stream; throws what should reset it. */
  async run(): Promise<void> {
    let head = await this.#firstHead()
    while (head !== undefined && (await this.#serveCall(head))) head = await this.#nextHead()
    using _ = this.#abortAfter(LINGER_MS, 'closing a stream')
    await this.#init.stream.close()
  }

  /** The node stops. */
  stop(): void {
    const reason = new ConnectError('the node stops', Code.Unavailable)
    this.#call?.end(reason)
    this.#init.stream.abort(reason)
  }

  async #firstHead(): Promise<RequestHead | undefined> {
    using _ = this.#abortAfter(HEAD_MS, 'the head of a call')
    return await this.#readHead()
  }

  // a caller that reads the last answer slowly must not lose it: the stream is closed first, and reset later
  async #nextHead(): Promise<RequestHead | undefined> {
    const { clock, stream } = this.#init
    const close = clock.setTimeout(() => void stream.close().catch(() => {}), SERVER_IDLE_MS)
    setIdle(stream, true)
    try {
      using _ = this.#abortAfter(SERVER_IDLE_MS + LINGER_MS, 'the next call')
      return await this.#readHead()
    } finally {
      setIdle(stream, false)
      close.clear()
    }
  }

  async #readHead(): Promise<RequestHead | undefined> {
    const bytes = await this.#stream.readHead()
    return bytes === undefined ? undefined : decodeRequestHead(bytes)
  }

  /** Whether the stream can carry another call. */
  async #serveCall(head: RequestHead): Promise<boolean> {
    const { clock, metrics, answer } = this.#init
    const startedAt = clock.monotonic()
    using call = new InboundCall({ stream: this.#stream, caller: this.#caller, head, clock })
    this.#call = call
    try {
      await answer(call, head.path)
    } finally {
      this.#call = undefined
      metrics.ended(call.outcome, (clock.monotonic() - startedAt) / 1000)
    }
    return await call.drain()
  }

  #abortAfter(ms: number, what: string): Disposable {
    return abortAfter(this.#init.stream, { ms, what, clock: this.#init.clock })
  }
}
