import { createClient, createConnectRouter, createContextValues } from '@connectrpc/connect'
import { createUniversalHandlerClient } from '@connectrpc/connect/protocol'
import { createTransport } from '@connectrpc/connect/protocol-connect'
import { callerKey } from '@waystone/rpc'
import type { DescService } from '@bufbuild/protobuf'
import type { Client } from '@connectrpc/connect'
import type { UniversalHandler } from '@connectrpc/connect/protocol'
import type { WaystoneNode } from '@waystone/node'
import type { Rpc } from '@waystone/rpc'

/** A client of an admin service of a node in this process: for a command, the same as one of a running node. */
export async function inProcessClient<S extends DescService>(node: WaystoneNode, service: S): Promise<Client<S>> {
  const router = createConnectRouter()
  const routes = await rpcOf(node).adminRoutes()
  routes(router)
  const transport = createTransport({
    httpClient: createUniversalHandlerClient(router.handlers.map(asOperator)),
    baseUrl: 'https://in-process',
    useBinaryFormat: true,
    interceptors: [],
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: Number.MAX_SAFE_INTEGER,
    readMaxBytes: Number.MAX_SAFE_INTEGER,
    writeMaxBytes: Number.MAX_SAFE_INTEGER
  })
  return createClient(service, transport)
}

/** Whoever runs the command runs the node. */
function asOperator(handler: UniversalHandler): UniversalHandler {
  const call: typeof handler = Object.assign(async (request: Parameters<UniversalHandler>[0]) => {
    const contextValues = createContextValues().set(callerKey, { kind: 'operator', remoteAddress: 'this process' })
    return await handler({ ...request, contextValues })
  }, handler)
  return call
}

function rpcOf(node: WaystoneNode): Rpc {
  const { rpc } = node.libp2p.services
  if (!isRpc(rpc)) throw new TypeError('the node does not run the base plugins')
  return rpc
}

function isRpc(service: unknown): service is Rpc {
  return typeof service === 'object' && service !== null && 'adminRoutes' in service
}
