import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { join } from 'node:path'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import {
  AdminService,
  cluster as clusterApi,
  content as contentApi,
  registry as registryApi,
  trust as trustApi
} from '@waystone/wire/admin'
import type { ServiceImpl } from '@connectrpc/connect'
import type { IncomingMessage, ServerResponse } from 'node:http'

export const TOKEN = 'token-of-the-test'

export interface AdminNodeInit {
  /** Gets `admin.url` and `admin.token`. */
  dataDir: string
  service?: Partial<ServiceImpl<typeof AdminService>>
  trust?: Partial<ServiceImpl<typeof trustApi.TrustService>>
  content?: Partial<ServiceImpl<typeof contentApi.ContentService>>
  cluster?: Partial<ServiceImpl<typeof clusterApi.ClusterService>>
  registry?: Partial<ServiceImpl<typeof registryApi.RegistryAdminService>>
  /** Listens there instead of on a port. */
  socketPath?: string
  tls?: { cert: string; key: string }
}

export interface AdminNode extends AsyncDisposable {
  url: string
  /** `authorization` of every call, in order. */
  authorizations: (string | undefined)[]
}

/** Serves the admin API as a node does, in this process and without a node. */
export async function adminNode(init: AdminNodeInit): Promise<AdminNode> {
  const { dataDir, service = {}, trust = {}, content = {}, cluster = {}, registry = {}, socketPath, tls } = init
  const authorizations: AdminNode['authorizations'] = []
  const answer = connectNodeAdapter({
    routes: router =>
      router
        .service(AdminService, service)
        .service(trustApi.TrustService, trust)
        .service(contentApi.ContentService, content)
        .service(clusterApi.ClusterService, cluster)
        .service(registryApi.RegistryAdminService, registry)
  })
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.url === '/livez') return void response.end('alive\n')
    authorizations.push(request.headers.authorization)
    if (request.headers.authorization === `Bearer ${TOKEN}`) answer(request, response)
    else response.writeHead(401).end()
  }
  const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener)
  server.listen(socketPath ?? { host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const bound = server.address()
  const scheme = tls === undefined ? 'http' : 'https'
  const url = typeof bound === 'string' ? `unix:${bound}` : `${scheme}://127.0.0.1:${bound?.port}`
  await mkdir(dataDir, { recursive: true })
  await writeFile(join(dataDir, 'admin.url'), `${url}\n`)
  await writeFile(join(dataDir, 'admin.token'), `${TOKEN}\n`, { mode: 0o600 })
  const dispose = async (): Promise<void> => {
    server.closeAllConnections()
    if (server.listening) await server[Symbol.asyncDispose]()
  }
  return { url, authorizations, [Symbol.asyncDispose]: dispose }
}
