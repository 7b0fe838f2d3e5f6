import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createContextValues } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import { callerKey } from '../../src/index.ts'
import type { AddressInfo, Server } from 'node:net'
import type { Rpc } from '../../src/index.ts'

export interface HttpServer {
  url: string
  close(): Promise<void>
}

/** Everything that is served with `admin`, on HTTP on loopback, as an admin server mounts it. */
export async function serveHttp(rpc: Pick<Rpc, 'adminRoutes'>, version: '1.1' | '2'): Promise<HttpServer> {
  const handler = connectNodeAdapter({
    routes: await rpc.adminRoutes(),
    contextValues: () => createContextValues().set(callerKey, { kind: 'operator', remoteAddress: '127.0.0.1' }),
    grpc: false,
    grpcWeb: false,
    acceptCompression: [],
    readMaxBytes: RPC_MESSAGE_MAX_BYTES,
    writeMaxBytes: RPC_MESSAGE_MAX_BYTES
  })
  if (version === '1.1') {
    const server = createServer(handler)
    return { url: await listen(server), close: () => close(server, () => server.closeAllConnections()) }
  }
  const server = createHttp2Server(handler)
  const sessions = new Set<{ destroy(): void }>()
  server.on('session', session => sessions.add(session))
  return { url: await listen(server), close: () => close(server, () => sessions.forEach(session => session.destroy())) }
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function close(server: Server, endConnections: () => void): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  endConnections()
  await closed
}
