import { serviceCapabilities } from '@libp2p/interface'
import { endDeniedSymbol } from '@waystone/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { RPC_PROTOCOL, rpcServiceProtocol } from '@waystone/wire'
import { CallerStreams } from './caller-streams.ts'
import { MAX_STREAMS_PER_CONNECTION } from './constants.ts'
import { rpcMetrics } from './metrics.ts'
import { createCursors } from './pagination.ts'
import { createPeerClient } from './peer-client.ts'
import { RpcServer } from './server.ts'
import { ServiceTable } from './service-table.ts'
import { callJson } from './json-call.ts'
import { createPeerTransport, httpClient } from './transport.ts'
import type { DescService } from '@bufbuild/protobuf'
import type { Client, ConnectRouter, ServiceImpl, Transport } from '@connectrpc/connect'
import type { PeerId, Startable } from '@libp2p/interface'
import type { EndedWork, EndsDeniedWork, TrustPolicy } from '@waystone/interface'
import type { ClientOptions, Rpc, RpcComponents, RpcInit, RpcTarget, ServeOptions } from './contract.ts'
import type { JsonCallOptions } from './json-call.ts'
import type { RpcMetrics } from './metrics.ts'
import type { Cursors } from './pagination.ts'

const NOBODY: TrustPolicy = { decide: () => ({ allow: false, reason: 'no trust policy is set' }) }

/** Lifecycle and wiring; the work is in `RpcServer` and `OutboundCall`. */
export class RpcService implements Rpc, Startable, EndsDeniedWork {
  readonly [Symbol.toStringTag] = '@waystone/rpc'
  readonly [serviceCapabilities]: string[] = ['@waystone/rpc']
  readonly cursors: Cursors
  readonly #components: RpcComponents
  readonly #init: RpcInit
  readonly #table: ServiceTable
  readonly #callers: CallerStreams
  readonly #metrics: RpcMetrics
  #server: RpcServer | undefined

  constructor(components: RpcComponents, init: RpcInit) {
    this.#components = components
    this.#init = init
    this.#table = new ServiceTable(init.interceptors ?? [])
    this.#callers = new CallerStreams(components, init.clock ?? systemClock)
    this.#metrics = rpcMetrics(components.metrics, () => this.#server?.running ?? 0)
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
    if (this.#server !== undefined) return
    this.#server = this.#createServer()
    this.#callers.pool.open()
    for (const protocol of this.#protocols()) await this.#handle(protocol)
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    for (const protocol of this.#protocols()) await this.#components.registrar.unhandle(protocol)
    server.stop()
    await this.#callers.pool.close()
  }

  async serve<S extends DescService>(
    service: S,
    implementation: Partial<ServiceImpl<S>>,
    options: ServeOptions = {}
  ): Promise<() => Promise<void>> {
    const remove = this.#table.add(service, implementation, options)
    const protocol = rpcServiceProtocol(service.typeName)
    try {
      await this.#handle(protocol)
    } catch (error) {
      remove()
      throw error
    }
    return async () => {
      if (remove() && this.#server !== undefined) await this.#components.registrar.unhandle(protocol)
    }
  }

  client<S extends DescService>(service: S, target: RpcTarget, options: ClientOptions = {}): Client<S> {
    return createPeerClient(service, this.transport(target, options))
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

  [endDeniedSymbol](isAllowed: (peer: PeerId, trustFunction: string) => boolean): EndedWork[] {
    return this.#server?.endDenied(isAllowed) ?? []
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

  #createServer(): RpcServer {
    const { trust = NOBODY, clock = systemClock, maxCalls, maxCallsPerPeer, maxStreamsPerPeer } = this.#init
    return new RpcServer({
      table: this.#table,
      trust,
      clock,
      log: this.#components.logger.forComponent('waystone:rpc'),
      metrics: this.#metrics,
      maxCalls,
      maxCallsPerPeer,
      maxStreamsPerPeer
    })
  }
}
