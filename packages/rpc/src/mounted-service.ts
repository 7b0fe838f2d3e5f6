import { createConnectRouter } from '@connectrpc/connect'
import { RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import { MAX_CALL_MS, MAX_MESSAGES } from './constants.ts'
import { limitMessages } from './limit-messages.ts'
import { namingUnreadable, noteReading } from './unreadable-request.ts'
import type { DescService } from '@bufbuild/protobuf'
import type { ConnectRouter, ServiceImpl } from '@connectrpc/connect'
import type { UniversalHandler } from '@connectrpc/connect/protocol'
import type { ServeOptions } from './contract.ts'

/** One served method. */
export interface ServedMethod {
  handler: UniversalHandler
  trustFunction: string | undefined
}

/** A service whose code is loaded. */
export interface MountedService {
  /** By path. */
  methods: ReadonlyMap<string, ServedMethod>
  mount: (router: ConnectRouter) => void
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

/** @param options - with the interceptors of the node in front of the service's own */
export function mountService<S extends DescService>(
  service: S,
  implementation: Partial<ServiceImpl<S>>,
  options: ServeOptions
): MountedService {
  const { interceptors = [], maxMessages = MAX_MESSAGES, trustFunctions, trustFunction } = options
  const around = { ...LIMITS, interceptors: [noteReading, limitMessages(maxMessages), ...interceptors] }
  const mount = (router: ConnectRouter): void => void router.service(service, implementation, around)
  const methods = handlersOf(mount).map((handler): [string, ServedMethod] => [
    handler.requestPath,
    { handler: namingUnreadable(handler), trustFunction: trustFunctions?.[handler.method.localName] ?? trustFunction }
  ])
  return { methods: new Map(methods), mount }
}

function handlersOf(mount: (router: ConnectRouter) => void): UniversalHandler[] {
  const router = createConnectRouter()
  mount(router)
  return router.handlers
}
