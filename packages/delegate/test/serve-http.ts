import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HttpHandler } from '../src/index.ts'

/** The smallest server there is; the one with limits belongs to the node. */
export async function serveHttp(handler: HttpHandler): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => void answer(handler, request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise<void>(resolve => server.close(() => resolve()))
  }
  return { url: `http://127.0.0.1:${port}`, close }
}

async function answer(handler: HttpHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = request.method === 'PUT' ? new Uint8Array(await buffer(request)) : null
  const asked = new Request(`http://${request.headers.host}${request.url}`, {
    method: request.method!,
    headers: request.headers as Record<string, string>,
    body
  })
  const given = await handler(asked, { key: 'test' })
  response.writeHead(given.status, Object.fromEntries(given.headers))
  response.end(new Uint8Array(await given.arrayBuffer()))
}
