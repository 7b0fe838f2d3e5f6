import { Code, ConnectError } from '@connectrpc/connect'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { Admission } from './admission.ts'
import { MAX_CALLS, MAX_CALLS_PER_PEER, MAX_STREAMS, MAX_STREAMS_PER_PEER } from './constants.ts'
import { TooManyStreamsError } from './errors.ts'
import { ServedStream } from './served-stream.ts'
import type { Connection, Logger, PeerId, Stream } from '@libp2p/interface'
import type { Clock, EndedWork, TrustPolicy } from '@waystone/interface'
import type { InboundCall } from './inbound-call.ts'
import type { RpcMetrics } from './metrics.ts'
import type { ServedMethod } from './mounted-service.ts'
import type { ServiceTable } from './service-table.ts'

export interface RpcServerInit {
  table: ServiceTable
  trust: TrustPolicy
  clock: Clock
  log: Logger
  metrics: RpcMetrics
  maxCalls: number | undefined
  maxCallsPerPeer: number | undefined
  maxStreamsPerPeer: number | undefined
}

/** Inbound streams. Nothing is thrown past {@link RpcServer.handle}. */
export class RpcServer {
  readonly #init: RpcServerInit
  readonly #calls: Admission
  readonly #streams: Admission
  readonly #open = new Set<ServedStream>()
  /** Calls that run under a function. */
  readonly #trusted = new Map<InboundCall, EndedWork>()
  #stopped = false

  constructor(init: RpcServerInit) {
    this.#init = init
    this.#calls = new Admission(init.maxCalls ?? MAX_CALLS, init.maxCallsPerPeer ?? MAX_CALLS_PER_PEER)
    this.#streams = new Admission(MAX_STREAMS, init.maxStreamsPerPeer ?? MAX_STREAMS_PER_PEER)
  }

  /** Calls whose handlers run. */
  get running(): number {
    return this.#calls.open
  }

  readonly handle = async (stream: Stream, connection: Connection): Promise<void> => {
    const peer = connection.remotePeer.toString()
    if (this.#stopped || this.#streams.enter(peer) !== 'entered') return this.#refuse(stream)
    try {
      await this.#serve(stream, connection)
    } catch (error) {
      this.#init.log('a stream of %p ended: %s', connection.remotePeer, nameOf(error))
      stream.abort(toError(error))
    } finally {
      this.#streams.leave(peer)
    }
  }

  /** Ends every call; `unavailable` is what its handler and its caller are told. */
  stop(): void {
    this.#stopped = true
    for (const served of this.#open) served.stop()
  }

  /** Ends the calls that may not go on: their callers are told `permission_denied`. */
  endDenied(isAllowed: (peer: PeerId, trustFunction: string) => boolean): EndedWork[] {
    const calls = [...this.#trusted].filter(([, { peer, trustFunction }]) => !isAllowed(peer, trustFunction))
    for (const [call, { trustFunction }] of calls) {
      this.#trusted.delete(call)
      call.end(denied(trustFunction))
    }
    return calls.map(([, work]) => work)
  }

  #refuse(stream: Stream): void {
    this.#init.metrics.streamRefused()
    stream.abort(new TooManyStreamsError('too many streams at once'))
  }

  async #serve(stream: Stream, connection: Connection): Promise<void> {
    const { clock, metrics } = this.#init
    const answer = (call: InboundCall, path: string): Promise<void> => this.#answer(call, path, connection)
    const served = new ServedStream({ stream, connection, clock, metrics, answer })
    this.#open.add(served)
    try {
      await served.run()
    } finally {
      this.#open.delete(served)
    }
  }

  async #answer(call: InboundCall, path: string, connection: Connection): Promise<void> {
    const method = await this.#find(path)
    if (method instanceof ConnectError) return await call.refuse(method)
    const refusal = this.#refusal(method, connection)
    if (refusal !== undefined) return await call.refuse(refusal)
    const peer = connection.remotePeer.toString()
    if (this.#calls.enter(peer) !== 'entered') {
      return await call.refuse(new ConnectError('too many calls at once', Code.ResourceExhausted))
    }
    if (method.trustFunction !== undefined) {
      this.#trusted.set(call, { peer: connection.remotePeer, trustFunction: method.trustFunction })
    }
    try {
      await call.answer(method.handler, () => this.#calls.leave(peer))
    } finally {
      this.#trusted.delete(call)
    }
  }

  async #find(path: string): Promise<ServedMethod | ConnectError> {
    try {
      return (await this.#init.table.find(path)) ?? new ConnectError('no such method', Code.Unimplemented)
    } catch (error) {
      this.#init.log.error('%s could not be loaded - %e', path, toError(error))
      return new ConnectError('the service could not be loaded', Code.Internal)
    }
  }

  #refusal({ trustFunction, handler }: ServedMethod, { remotePeer }: Connection): ConnectError | undefined {
    if (trustFunction === undefined) return undefined
    const { allow, reason } = this.#init.trust.decide({ peer: remotePeer }, trustFunction)
    if (allow) return undefined
    this.#init.log('%p may not call %s: %s', remotePeer, handler.requestPath, reason)
    return denied(trustFunction)
  }
}

function denied(trustFunction: string): ConnectError {
  return new ConnectError(`this needs the function ${trustFunction}`, Code.PermissionDenied)
}
