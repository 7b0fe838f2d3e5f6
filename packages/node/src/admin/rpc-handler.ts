import { createContextValues } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { callerKey } from '@waystone/rpc'
import { RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Rpc } from '@waystone/rpc'

/** Answers a call; false, and nothing is answered, when nothing is mounted at its path. */
export type RpcHandler = (request: IncomingMessage, response: ServerResponse) => boolean

/** What is mounted, and when it changes. */
export type AdminRoutes = Pick<Rpc, 'adminRoutes' | 'adminRevision'>

export interface RpcHandlerInit {
  rpc: AdminRoutes
  /** Ends the calls that run. */
  shutdown: AbortSignal
}

/** Connect's calls over HTTP: those services that are served with `admin`, whenever they come and go. */
export function createRpcHandler({ rpc, shutdown }: RpcHandlerInit): RpcHandler {
  let mounted: { revision: number; handler: RpcHandler } | undefined
  return (request, response) => {
    const { adminRevision: revision } = rpc
    if (mounted?.revision !== revision) mounted = { revision, handler: mount(rpc, shutdown) }
    return mounted.handler(request, response)
  }
}

function mount(rpc: AdminRoutes, shutdownSignal: AbortSignal): RpcHandler {
  const unknown = new WeakSet<object>()
  const handler = connectNodeAdapter({
    routes: router => rpc.adminRoutes(router),
    fallback: request => void unknown.add(request),
    shutdownSignal,
    readMaxBytes: RPC_MESSAGE_MAX_BYTES,
    writeMaxBytes: RPC_MESSAGE_MAX_BYTES,
    // it would only open a way for bombs
    acceptCompression: [],
    grpc: false,
    grpcWeb: false,
    contextValues: ({ socket }) => {
      const remoteAddress = socket.remoteAddress ?? 'unix socket'
      return createContextValues().set(callerKey, { kind: 'operator', remoteAddress })
    }
  })
  return (request, response) => {
    handler(request, response)
    return !unknown.has(request)
  }
}
