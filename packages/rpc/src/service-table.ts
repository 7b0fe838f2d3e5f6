import { createConnectRouter } from '@connectrpc/connect'
import { RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import { MAX_CALL_MS, MAX_MESSAGES } from './constants.ts'
import { ServiceTakenError } from './errors.ts'
import { limitMessages } from './limit-messages.ts'
import type { DescService } from '@bufbuild/protobuf'
import type { ConnectRouter, Interceptor, ServiceImpl } from '@connectrpc/connect'
import type { UniversalHandler } from '@connectrpc/connect/protocol'
import type { ServeOptions } from './contract.ts'

/** One served method. */
export interface ServedMethod {
  handler: UniversalHandler
  trustFunction: string | undefined
}

interface ServedService {
  mount: (router: ConnectRouter) => void
  options: ServeOptions
}

/** They hold wherever a service is mounted: what a service brings goes before what a router was made with. */
const LIMITS = {
  readMaxBytes: RPC_MESSAGE_MAX_BYTES,
  writeMaxBytes: RPC_MESSAGE_MAX_BYTES,
  maxTimeoutMs: MAX_CALL_MS,
  // streams are encrypted and often compressed below; here it would only open a way for bombs
  acceptCompression: [],
  grpc: false,
  grpcWeb: false
}

/** What is served, by service and by path. */
export class ServiceTable {
  readonly #interceptors: Interceptor[]
  readonly #services = new Map<string, ServedService>()
  readonly #methods = new Map<string, ServedMethod>()
  #revision = 0

  constructor(interceptors: Interceptor[]) {
    this.#interceptors = interceptors
  }

  get names(): string[] {
    return [...this.#services.keys()]
  }

  get adminRevision(): number {
    return this.#revision
  }

  find(path: string): ServedMethod | undefined {
    return this.#methods.get(path)
  }

  /**
   * The returned function removes it again, and only it: whoever serves the same service later is left alone.
   *
   * @throws ServiceTakenError
   */
  add<S extends DescService>(
    service: S,
    implementation: Partial<ServiceImpl<S>>,
    options: ServeOptions
  ): () => boolean {
    const { typeName } = service
    if (this.#services.has(typeName)) throw taken(typeName)
    const { interceptors = [], maxMessages = MAX_MESSAGES } = options
    const around = { ...LIMITS, interceptors: [limitMessages(maxMessages), ...this.#interceptors, ...interceptors] }
    const mount = (router: ConnectRouter): void => void router.service(service, implementation, around)
    const served = { mount, options }
    this.#services.set(typeName, served)
    for (const handler of handlersOf(mount)) {
      const trustFunction = options.trustFunctions?.[handler.method.localName] ?? options.trustFunction
      this.#methods.set(handler.requestPath, { handler, trustFunction })
    }
    this.#revision++
    return () => this.#services.get(typeName) === served && this.#remove(typeName)
  }

  mountAdmin(router: ConnectRouter): void {
    for (const { mount, options } of this.#services.values()) if (options.admin === true) mount(router)
  }

  #remove(typeName: string): boolean {
    this.#services.delete(typeName)
    for (const path of this.#methods.keys()) if (path.startsWith(`/${typeName}/`)) this.#methods.delete(path)
    this.#revision++
    return true
  }
}

function handlersOf(mount: (router: ConnectRouter) => void): UniversalHandler[] {
  const router = createConnectRouter()
  mount(router)
  return router.handlers
}

function taken(typeName: string): ServiceTakenError {
  return new ServiceTakenError(`the RPC service ${typeName} is served already`, {
    hint: 'give one of the two another package or name in its .proto file'
  })
}
