import { Code, ConnectError } from '@connectrpc/connect'
import { createDeadline } from '@waystone/kit'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { Admission } from './admission.ts'
import { CallStream } from './call-stream.ts'
import { decodeRequestHead } from './codec.ts'
import { HEAD_MS, MAX_CALLS, MAX_CALLS_PER_PEER, SERVER_IDLE_MS } from './constants.ts'
import { InboundCall } from './inbound-call.ts'
import type { Connection, Logger, Stream } from '@libp2p/interface'
import type { Clock, TrustPolicy } from '@waystone/interface'
import type { RequestHead } from './codec.ts'
import type { ServedMethod, ServiceTable } from './service-table.ts'

export interface RpcServerInit {
  table: ServiceTable
  trust: TrustPolicy
  clock: Clock
  log: Logger
  /** Ends everything when the node stops. */
  signal: AbortSignal
  maxCalls: number | undefined
  maxCallsPerPeer: number | undefined
  /** Told how each call ended: the path as served, or `unknown`, and the name of the failure. */
  onEnd: (path: string, failure: string | undefined) => void
}

/** Inbound streams. Nothing is thrown past {@link RpcServer.handle}. */
export class RpcServer {
  readonly #init: RpcServerInit
  readonly #calls: Admission

  constructor(init: RpcServerInit) {
    this.#init = init
    this.#calls = new Admission(init.maxCalls ?? MAX_CALLS, init.maxCallsPerPeer ?? MAX_CALLS_PER_PEER)
  }

  /** Calls whose handlers run. */
  get running(): number {
    return this.#calls.open
  }

  readonly handle = async (stream: Stream, connection: Connection): Promise<void> => {
    try {
      await this.#serveStream(new CallStream(stream), connection)
    } catch (error) {
      this.#init.log('a stream of %p ended: %s', connection.remotePeer, nameOf(error))
      stream.abort(toError(error))
    }
  }

  async #serveStream(stream: CallStream, connection: Connection): Promise<void> {
    for (let waitMs = HEAD_MS; ; waitMs = SERVER_IDLE_MS) {
      const head = await this.#nextHead(stream, waitMs)
      if (head === undefined) break
      if (!(await this.#serveCall(stream, head, connection))) return
    }
    await stream.stream.close()
  }

  async #nextHead(stream: CallStream, ms: number): Promise<RequestHead | undefined> {
    const { clock, signal } = this.#init
    using deadline = createDeadline({ ms, what: 'the head of a call', signal, clock })
    const bytes = await stream.readHead({ signal: deadline.signal })
    return bytes === undefined ? undefined : decodeRequestHead(bytes)
  }

  /** Whether the stream can carry another call. */
  async #serveCall(stream: CallStream, head: RequestHead, connection: Connection): Promise<boolean> {
    const { clock, signal, table } = this.#init
    using call = new InboundCall({ stream, connection, head, clock, signal })
    const method = table.find(head.path)
    const path = method === undefined ? 'unknown' : head.path
    try {
      await this.#admit(call, method, connection)
      this.#init.onEnd(path, undefined)
    } catch (error) {
      this.#init.onEnd(path, nameOf(error))
      throw error
    }
    return stream.ended || (await call.linger())
  }

  async #admit(call: InboundCall, method: ServedMethod | undefined, { remotePeer }: Connection): Promise<void> {
    if (method === undefined) return await call.refuse(new ConnectError('no such method', Code.Unimplemented))
    const { trustFunction } = method
    const decision =
      trustFunction === undefined ? undefined : this.#init.trust.decide({ peer: remotePeer }, trustFunction)
    if (decision?.allow === false) {
      this.#init.log('%p may not call %s: %s', remotePeer, method.handler.requestPath, decision.reason)
      return await call.refuse(new ConnectError(`this needs the function ${trustFunction}`, Code.PermissionDenied))
    }
    const peer = remotePeer.toString()
    const entered = this.#calls.enter(peer)
    if (entered !== 'entered')
      return await call.refuse(new ConnectError('too many calls at once', Code.ResourceExhausted))
    await call.answer(method.handler, () => this.#calls.leave(peer))
  }
}
