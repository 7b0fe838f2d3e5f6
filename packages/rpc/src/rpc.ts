import { createClient } from '@connectrpc/connect'
import { serviceCapabilities, setMaxListeners } from '@libp2p/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { RPC_PROTOCOL, rpcServiceProtocol } from '@waystone/wire'
import { CallerStreams } from './caller-streams.ts'
import { MAX_STREAMS_PER_CONNECTION } from './constants.ts'
import { rpcMetrics } from './metrics.ts'
import { createCursors } from './pagination.ts'
import { RpcServer } from './server.ts'
import { ServiceTable } from './service-table.ts'
import { callJson } from './json-call.ts'
import { createPeerTransport, httpClient } from './transport.ts'
import type { DescService } from '@bufbuild/protobuf'
import type { Client, ConnectRouter, ServiceImpl, Transport } from '@connectrpc/connect'
import type { Startable } from '@libp2p/interface'
import type { TrustPolicy } from '@waystone/interface'
import type { ClientOptions, Rpc, RpcComponents, RpcInit, RpcTarget, ServeOptions } from './contract.ts'
import type { JsonCallOptions } from './json-call.ts'
import type { Cursors } from './pagination.ts'

const NOBODY: TrustPolicy = { decide: () => ({ allow: false, reason: 'no trust policy is set' }) }

/** Lifecycle and wiring; the work is in `RpcServer` and `OutboundCall`. */
export class RpcService implements Rpc, Startable {
  readonly [Symbol.toStringTag] = '@waystone/rpc'
  readonly [serviceCapabilities]: string[] = ['@waystone/rpc']
  readonly cursors: Cursors
  readonly #components: RpcComponents
  readonly #init: RpcInit
  readonly #table: ServiceTable
  readonly #callers: CallerStreams
  #running: AbortController | undefined
  #server: RpcServer | undefined

  constructor(components: RpcComponents, init: RpcInit) {
    this.#components = components
    this.#init = init
    this.#table = new ServiceTable(init.interceptors ?? [])
    this.#callers = new CallerStreams(components, init.clock ?? systemClock)
    this.cursors = createCursors(init.random ?? systemRandom)
  }

  get adminRevision(): number {
    return this.#table.adminRevision
  }

  services(): string[] {
    return this.#table.names
  }

  adminRoutes(router: ConnectRouter): void {
    this.#table.mountAdmin(router)
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return
    this.#running = new AbortController()
    // every call listens to it
    setMaxListeners(Infinity, this.#running.signal)
    this.#server = this.#createServer(this.#running.signal)
    for (const protocol of this.#protocols()) await this.#handle(protocol)
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    this.#server = undefined
    for (const protocol of this.#protocols()) await this.#components.registrar.unhandle(protocol)
    running.abort(new Error('the node stops'))
    await this.#callers.pool.clear()
  }

  async serve<S extends DescService>(
    service: S,
    implementation: Partial<ServiceImpl<S>>,
    options: ServeOptions = {}
  ): Promise<() => Promise<void>> {
    this.#table.add(service, implementation, options)
    const protocol = rpcServiceProtocol(service.typeName)
    if (this.#running !== undefined) await this.#handle(protocol)
    return async () => {
      this.#table.remove(service)
      if (this.#running !== undefined) await this.#components.registrar.unhandle(protocol)
    }
  }

  client<S extends DescService>(service: S, target: RpcTarget, options: ClientOptions = {}): Client<S> {
    return createClient(service, this.transport(target, options))
  }

  transport(target: RpcTarget, options: ClientOptions = {}): Transport {
    return createPeerTransport(this.#callers, target, options)
  }

  callJson(
    target: RpcTarget,
    procedure: string,
    messages: readonly string[],
    options: JsonCallOptions = {}
  ): AsyncIterable<string> {
    const { clock = systemClock } = this.#init
    return callJson({ ...options, procedure, messages, clock, httpClient: httpClient(this.#callers, target) })
  }

  #protocols(): string[] {
    return [RPC_PROTOCOL, ...this.#table.names.map(rpcServiceProtocol)]
  }

  async #handle(protocol: string): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    await this.#components.registrar.handle(protocol, server.handle, {
      maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
      maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
      runOnLimitedConnection: true
    })
  }

  #createServer(signal: AbortSignal): RpcServer {
    const { trust = NOBODY, clock = systemClock, maxCalls, maxCallsPerPeer } = this.#init
    const { logger, metrics } = this.#components
    const counters = rpcMetrics(metrics, () => this.#server?.running ?? 0)
    return new RpcServer({
      table: this.#table,
      trust,
      clock,
      log: logger.forComponent('waystone:rpc'),
      signal,
      maxCalls,
      maxCallsPerPeer,
      onEnd: (path, failure) => counters.ended(path, failure ?? 'answered')
    })
  }
}
