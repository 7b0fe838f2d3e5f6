import { serviceCapabilities } from '@libp2p/interface'
import { endDeniedSymbol } from '@waystone/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { RPC_PROTOCOL, rpcServiceProtocol } from '@waystone/wire'
import { MAX_STREAMS_PER_CONNECTION } from './constants.ts'
import { LateCallers } from './late-callers.ts'
import { LateServer } from './late-server.ts'
import { rpcMetrics } from './metrics.ts'
import { createCursors } from './pagination.ts'
import { ServiceTable } from './service-table.ts'
import type { DescService } from '@bufbuild/protobuf'
import type { Client, ConnectRouter, ServiceImpl, Transport } from '@connectrpc/connect'
import type { PeerId, Startable } from '@libp2p/interface'
import type { EndedWork, EndsDeniedWork, TrustPolicy } from '@waystone/interface'
import type { ClientOptions, LateService, Rpc, RpcComponents, RpcInit, RpcTarget, ServeOptions } from './contract.ts'
import type { JsonCallOptions } from './json-call.ts'
import type { RpcMetrics } from './metrics.ts'
import type { Cursors } from './pagination.ts'

const NOBODY: TrustPolicy = { decide: () => ({ allow: false, reason: 'no trust policy is set' }) }

/** Lifecycle and wiring; the work is in `RpcServer` and `OutboundCall`, which are loaded when they are needed. */
export class RpcService implements Rpc, Startable, EndsDeniedWork {
  readonly [Symbol.toStringTag] = '@waystone/rpc'
  readonly [serviceCapabilities]: string[] = ['@waystone/rpc']
  readonly cursors: Cursors
  readonly #components: RpcComponents
  readonly #init: RpcInit
  readonly #table: ServiceTable
  readonly #callers: LateCallers
  readonly #metrics: RpcMetrics
  #server: LateServer | undefined

  constructor(components: RpcComponents, init: RpcInit) {
    this.#components = components
    this.#init = init
    this.#table = new ServiceTable(init.interceptors ?? [])
    this.#callers = new LateCallers(components, init.clock ?? systemClock)
    this.#metrics = rpcMetrics(components.metrics, () => this.#server?.running ?? 0)
    this.cursors = createCursors(init.random ?? systemRandom)
  }

  get adminRevision(): number {
    return this.#table.adminRevision
  }

  services(): string[] {
    return this.#table.names
  }

  async adminRoutes(): Promise<(router: ConnectRouter) => void> {
    return await this.#table.adminRoutes()
  }

  async start(): Promise<void> {
    if (this.#server !== undefined) return
    this.#server = this.#createServer()
    this.#callers.open()
    for (const protocol of this.#protocols()) await this.#handle(protocol)
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    for (const protocol of this.#protocols()) await this.#components.registrar.unhandle(protocol)
    server.stop()
    await this.#callers.close()
  }

  async serve<S extends DescService>(
    service: S,
    implementation: Partial<ServiceImpl<S>>,
    options: ServeOptions = {}
  ): Promise<() => Promise<void>> {
    return await this.serveLate(service.typeName, async () => ({ service, implementation }), options)
  }

  async serveLate(
    typeName: string,
    load: () => Promise<LateService>,
    options: ServeOptions = {}
  ): Promise<() => Promise<void>> {
    const remove = this.#table.add(typeName, load, options)
    const protocol = rpcServiceProtocol(typeName)
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
    return this.#callers.client(service, target, options)
  }

  transport(target: RpcTarget, options: ClientOptions = {}): Transport {
    return this.#callers.transport(target, options)
  }

  callJson(
    target: RpcTarget,
    procedure: string,
    messages: readonly string[],
    options: JsonCallOptions = {}
  ): AsyncIterable<string> {
    return this.#callers.callJson(target, { ...options, procedure, messages })
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

  #createServer(): LateServer {
    const { trust = NOBODY, clock = systemClock, maxCalls, maxCallsPerPeer, maxStreamsPerPeer } = this.#init
    return new LateServer({
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
