import type { DescService } from '@bufbuild/protobuf'
import type { Client, ConnectRouter, Interceptor, ServiceImpl, Transport } from '@connectrpc/connect'
import type { ComponentLogger, Metrics, PeerId, PeerRouting, PeerStore } from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock, Random, TrustPolicy } from '@waystone/interface'
import type { ConnectionEvents } from '@waystone/kit'
import type { JsonCallOptions } from './json-call.ts'
import type { Cursors } from './pagination.ts'

export interface RpcInit {
  /** Decides about services with a `trustFunction`. Default: nobody may. */
  trust?: TrustPolicy
  /** Around every call that is served, the outermost first. */
  interceptors?: Interceptor[]
  /** Calls that run at one time, of all peers. Default 1,024. */
  maxCalls?: number
  /** Calls of one peer that run at one time. Default 64. */
  maxCallsPerPeer?: number
  /** Streams of one peer, those that wait for its next call included. Default 512. */
  maxStreamsPerPeer?: number
  clock?: Clock
  random?: Random
}

export interface RpcComponents {
  registrar: Pick<Registrar, 'handle' | 'unhandle'>
  connectionManager: Pick<ConnectionManager, 'getConnections' | 'openConnection'>
  events: ConnectionEvents
  peerStore: Pick<PeerStore, 'get'>
  peerRouting: Pick<PeerRouting, 'findPeer'>
  logger: ComponentLogger
  metrics?: Metrics
}

export interface ServeOptions {
  /** The function that the trust policy must allow a calling peer. Without it every peer may call. */
  trustFunction?: string
  /** The same for single methods, by their name in TypeScript such as `sayHello`; goes before `trustFunction`. */
  trustFunctions?: Readonly<Record<string, string>>
  /** Whether the operator may call it over the admin HTTP server too. Default false. */
  admin?: boolean
  /** Around the calls of this service, inside those of the node. */
  interceptors?: Interceptor[]
  /** Messages that one call may send. Default 1,000,000. */
  maxMessages?: number
}

/** A service with what answers its calls; see {@link Rpc.serveLate}. */
export interface LateService<S extends DescService = DescService> {
  service: S
  implementation: Partial<ServiceImpl<S>>
}

/**
 * Who is called: a peer, wherever it is; a peer at an address that ends in its
 * id; or `any` connected peer that serves the service.
 */
export type RpcTarget = PeerId | Multiaddr | Multiaddr[] | 'any'

export interface ClientOptions {
  /** Around every call, the outermost first. */
  interceptors?: Interceptor[]
  /** JSON instead of protobuf on the wire. Default false. */
  json?: boolean
  /** Milliseconds, for unary calls that name no time-out of their own. Default 30,000. */
  timeoutMs?: number
}

/** Connect services over libp2p streams. */
export interface Rpc {
  /**
   * Serves a service to peers until the returned function is called; calls that
   * run then go on. Who is allowed is asked for peers only: over HTTP the
   * operator calls, whom the server there has to know.
   *
   * @throws ServiceTakenError
   */
  serve<S extends DescService>(
    service: S,
    implementation: Partial<ServiceImpl<S>>,
    options?: ServeOptions
  ): Promise<() => Promise<void>>
  /**
   * The same for a service whose code is loaded at its first call, as those of a
   * node are that is to be ready soon. Where that fails the call fails, and the
   * next one tries again.
   *
   * @param typeName - full name of the service, such as `hello.v1.HelloService`
   * @throws ServiceTakenError
   */
  serveLate<S extends DescService>(
    typeName: string,
    load: () => Promise<LateService<S>>,
    options?: ServeOptions
  ): Promise<() => Promise<void>>
  /** An answer in parts that is not read to its end (`break`, `return`) cancels its call. */
  client<S extends DescService>(service: S, target: RpcTarget, options?: ClientOptions): Client<S>
  transport(target: RpcTarget, options?: ClientOptions): Transport
  /**
   * Calls a method of which only the name is known, in JSON: one message, or
   * several for a method that takes a stream. Every answer is one line of JSON.
   *
   * @param procedure - `hello.v1.HelloService/SayHello`
   * @throws ProcedureInvalidError, JsonMessageInvalidError, ConnectError
   */
  callJson(
    target: RpcTarget,
    procedure: string,
    messages: readonly string[],
    options?: JsonCallOptions
  ): AsyncIterable<string>
  /** Names of the services that peers can call. */
  services(): string[]
  /**
   * Loads what is served with `admin`, and returns what mounts it on another server; see {@link adminRevision}.
   * Limits and interceptors come along; the interceptors of that server's router do not run.
   */
  adminRoutes(): Promise<(router: ConnectRouter) => void>
  /** Changes when {@link adminRoutes} would mount something else. */
  readonly adminRevision: number
  /** For list calls: signs and checks the cursors of their pages. */
  readonly cursors: Cursors
}
