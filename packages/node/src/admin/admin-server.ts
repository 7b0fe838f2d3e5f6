import { createServer } from 'node:http'
import { codeOf } from '@waystone/kit/error-fields'
import { isLoopbackHost } from './host-header.ts'
import * as limits from './constants.ts'
import { PortInUseError } from '../libp2p/errors.ts'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Reply, Routes } from './routes.ts'

export interface AdminServerInit {
  host: string
  /** 0 takes a free one. */
  port: number
  routes: Routes
  /** Told when a route fails; the client gets a bare 500. */
  onError(error: unknown): void
}

/** Plain HTTP on loopback for probes, scrapers and shells: reads only. */
export class AdminServer {
  readonly #init: AdminServerInit
  readonly #server: Server
  #url: string | undefined

  constructor(init: AdminServerInit) {
    this.#init = init
    this.#server = createServer(
      {
        maxHeaderSize: limits.MAX_HEADER_BYTES,
        headersTimeout: limits.REQUEST_TIMEOUT_MS,
        requestTimeout: limits.REQUEST_TIMEOUT_MS,
        keepAliveTimeout: limits.KEEP_ALIVE_TIMEOUT_MS,
        connectionsCheckingInterval: limits.TIMEOUT_CHECK_INTERVAL_MS
      },
      (request, response) => void this.#answer(request, response)
    )
    this.#server.maxConnections = limits.MAX_CONNECTIONS
    this.#server.maxRequestsPerSocket = limits.MAX_REQUESTS_PER_CONNECTION
  }

  /** `http://127.0.0.1:40213` while it listens. */
  get url(): string | undefined {
    return this.#url
  }

  async start(): Promise<string> {
    const { host, port } = this.#init
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', error => reject(namedError(error, host, port)))
      this.#server.listen({ host, port }, resolve)
    })
    this.#url = urlOf(this.#server.address())
    return this.#url
  }

  async stop(): Promise<void> {
    this.#url = undefined
    if (!this.#server.listening) return
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await this.#route(request)
    response.writeHead(reply.status, {
      'content-type': reply.contentType ?? 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(reply.status === 405 && { allow: 'GET, HEAD' })
    })
    response.end(request.method === 'HEAD' ? undefined : reply.body)
  }

  async #route(request: IncomingMessage): Promise<Reply> {
    if (!isLoopbackHost(request.headers.host)) return { status: 403, body: 'use the address that is in admin.url\n' }
    if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, body: 'only GET and HEAD\n' }
    const [path = ''] = (request.url ?? '').split('?')
    const route = this.#init.routes.get(path)
    if (route === undefined) return { status: 404, body: `try ${[...this.#init.routes.keys()].join(', ')}\n` }
    try {
      return await route()
    } catch (error) {
      this.#init.onError(error)
      return { status: 500, body: 'internal error, see the log\n' }
    }
  }
}

function namedError(error: Error, host: string, port: number): Error {
  if (codeOf(error) !== 'EADDRINUSE') return error
  return new PortInUseError(`another process listens on the admin address ${host}:${port}`, {
    hint: 'stop the other process, or set admin.port to another port (0 takes a free one)',
    cause: error
  })
}

function urlOf(bound: AddressInfo | string | null): string {
  if (bound === null || typeof bound === 'string') throw new TypeError('the admin server listens on no port')
  const { address, family, port } = bound
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
