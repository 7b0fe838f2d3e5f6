import { createConnectRouter, createContextValues } from '@connectrpc/connect'
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from '@connectrpc/connect-node'
import { callerKey } from '@waystone/rpc'
import { RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ConnectRouterOptions } from '@connectrpc/connect'
import type { UniversalHandler } from '@connectrpc/connect/protocol'
import type { Rpc } from '@waystone/rpc'

/** What is mounted, and when it changes. */
export type AdminRoutes = Pick<Rpc, 'adminRoutes' | 'adminRevision'>

/** Answers a call; false, and nothing is answered, when nothing is mounted at its path. */
export type RpcHandler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

export interface RpcHandlerInit {
  rpc: AdminRoutes
  /** Ends the calls that run. */
  shutdown: AbortSignal
  /** Told when an answer could not be sent: its client is gone, or does not read. */
  onLost: (error: unknown) => void
}

/**
 * Connect's calls over HTTP: those services that are served with `admin`,
 * whenever they come and go. Connect's own adapter does the same, but writes to
 * standard error what clients can cause, and cuts a connection before its
 * client has read why its message was refused.
 */
export function createRpcHandler({ rpc, shutdown, onLost }: RpcHandlerInit): RpcHandler {
  let mounted: { revision: number; handlers: Map<string, UniversalHandler> } | undefined
  return async (request, response) => {
    const { adminRevision: revision } = rpc
    if (mounted?.revision !== revision) mounted = { revision, handlers: await mount(rpc, shutdown) }
    const handler = mounted.handlers.get((request.url ?? '').split('?')[0] ?? '')
    if (handler === undefined) return false
    answer(handler, request, response).catch(onLost)
    return true
  }
}

const OPTIONS: ConnectRouterOptions = {
  readMaxBytes: RPC_MESSAGE_MAX_BYTES,
  writeMaxBytes: RPC_MESSAGE_MAX_BYTES,
  // it would only open a way for bombs
  acceptCompression: [],
  grpc: false,
  grpcWeb: false
}

async function mount(rpc: AdminRoutes, shutdownSignal: AbortSignal): Promise<Map<string, UniversalHandler>> {
  const router = createConnectRouter({ ...OPTIONS, shutdownSignal })
  const routes = await rpc.adminRoutes()
  routes(router)
  return new Map(router.handlers.map(handler => [handler.requestPath, handler]))
}

async function answer(handler: UniversalHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const remoteAddress = request.socket.remoteAddress ?? 'unix socket'
  const values = createContextValues().set(callerKey, { kind: 'operator', remoteAddress })
  const call = universalRequestFromNodeRequest(request, response, undefined, values)
  // what is left of a body that was refused is read and dropped, within the time that requests have
  response.once('finish', () => request.resume())
  const body = request.iterator({ destroyOnReturn: false })
  await universalResponseToNodeResponse(await handler({ ...call, body }), response)
}
