import { createContextValues } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { callerKey } from '@waystone/rpc'
import { RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import type { Rpc } from '@waystone/rpc'

type NodeHandlerFn = ReturnType<typeof connectNodeAdapter>

/** What is mounted, and when it changes. */
export type AdminRoutes = Pick<Rpc, 'adminRoutes' | 'adminRevision'>

export interface RpcHandlerInit {
  rpc: AdminRoutes
  /** Ends the calls that run. */
  shutdown: AbortSignal
  /** Answers what is no call. */
  fallback: NodeHandlerFn
}

/** Connect's calls over HTTP: those services that are served with `admin`, whenever they come and go. */
export function createRpcHandler({ rpc, shutdown, fallback }: RpcHandlerInit): NodeHandlerFn {
  let mounted: { revision: number; handler: NodeHandlerFn } | undefined
  return (request, response) => {
    const { adminRevision: revision } = rpc
    if (mounted?.revision !== revision) mounted = { revision, handler: mount(rpc, shutdown, fallback) }
    mounted.handler(request, response)
  }
}

function mount(rpc: AdminRoutes, shutdownSignal: AbortSignal, fallback: NodeHandlerFn): NodeHandlerFn {
  return connectNodeAdapter({
    routes: router => rpc.adminRoutes(router),
    fallback,
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
}
