import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { foreignBecause, holdsToken, isLoopback, namesOf } from './access.ts'
import { AdminPathUnknownError, AdminRequestForeignError, AdminTokenWrongError } from './errors.ts'
import { listen, readTls } from './listen.ts'
import { refusal, send } from './reply.ts'
import { createRpcHandler } from './rpc-handler.ts'
import { OpenAnswers } from './open-answers.ts'
import * as limits from './constants.ts'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Clock } from '@waystone/interface'
import type { Config } from '../config/schema.ts'
import type { Reply } from './reply.ts'
import type { AdminRoutes, RpcHandler } from './rpc-handler.ts'
import type { Route, Routes } from './routes.ts'

export interface AdminServerInit {
  /** Where it listens: loopback, a unix socket, or anywhere with TLS. */
  admin: Config['admin']
  routes: Routes
  /** The services that are called with the token. */
  rpc: AdminRoutes
  clock: Clock
  /** For tests: shorter times. */
  requestTimes?: typeof limits.REQUEST_TIMES
  /** Told when a route fails; the client gets a bare 500. */
  onError(error: unknown): void
  /** Told when an answer could not be sent. */
  onLost(error: unknown): void
}

/**
 * HTTP for probes, scrapers and shells, and Connect's calls for whoever holds
 * the token. Web pages of others get nothing: see {@link foreignBecause}.
 */
export class AdminServer {
  readonly #init: AdminServerInit
  readonly #answers: OpenAnswers
  readonly #shutdown = new AbortController()
  readonly #rpc: RpcHandler
  #server: Server | undefined
  #token = ''
  #url: string | undefined

  constructor(init: AdminServerInit) {
    this.#init = init
    this.#answers = new OpenAnswers(init.clock, limits.STALLED_ANSWER_MS)
    this.#rpc = createRpcHandler({
      rpc: init.rpc,
      shutdown: this.#shutdown.signal,
      onLost: error => init.onLost(error)
    })
  }

  /** `http://127.0.0.1:40213`, `https://…` or `unix:/path` while it listens. */
  get url(): string | undefined {
    return this.#url
  }

  /**
   * @param token - what calls have to show
   * @throws PortInUseError, AdminSocketInUseError, AdminTlsRequiredError, CertificateUnreadableError
   */
  async start(token: string): Promise<string> {
    this.#token = token
    this.#server = await this.#createServer()
    this.#url = await listen(this.#server, this.#init.admin)
    return this.#url
  }

  async stop(): Promise<void> {
    this.#url = undefined
    this.#shutdown.abort(new Error('the node stops'))
    if (this.#server?.listening !== true) return
    const closed = new Promise<void>(resolve => this.#server?.close(() => resolve()))
    await this.#answers.settle(limits.GOODBYE_MS)
    this.#server.closeAllConnections()
    await closed
  }

  async #createServer(): Promise<Server> {
    const options = {
      maxHeaderSize: limits.MAX_HEADER_BYTES,
      keepAliveTimeout: limits.KEEP_ALIVE_TIMEOUT_MS,
      ...(this.#init.requestTimes ?? limits.REQUEST_TIMES)
    }
    const tls = await readTls(this.#init.admin)
    const answer = (request: IncomingMessage, response: ServerResponse): void => void this.#answer(request, response)
    const server =
      tls === undefined ? createServer(options, answer) : createSecureServer({ ...options, ...tls }, answer)
    server.maxConnections = limits.MAX_CONNECTIONS
    server.maxRequestsPerSocket = limits.MAX_REQUESTS_PER_CONNECTION
    return server
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#answers.add(response)
    const reply = await this.#route(request)
    if (reply !== 'call') send(reply, request, response)
    else if (!this.#rpc(request, response)) send(this.#unknown(), request, response)
  }

  async #route(request: IncomingMessage): Promise<Reply | 'call'> {
    const foreign = foreignBecause(request.headers, this.#names(request))
    if (foreign !== undefined) return refusal(403, foreignError(foreign))
    const [path = ''] = (request.url ?? '').split('?')
    const route = this.#init.routes.get(path)
    if (route === undefined && !path.includes('.')) return this.#unknown()
    const open = route !== undefined && (!route.private || this.#onlyHere)
    if (!open && !holdsToken(request.headers.authorization, this.#token)) return unauthenticated()
    return route === undefined ? 'call' : await this.#visit(route, request.method)
  }

  /** Whether nobody but this machine can call. */
  get #onlyHere(): boolean {
    const { socket, host } = this.#init.admin
    return socket !== undefined || isLoopback(host)
  }

  #names({ socket }: IncomingMessage): Parameters<typeof foreignBecause>[1] {
    const { admin } = this.#init
    if (admin.socket !== undefined) return { hosts: 'any', scheme: 'http' }
    const scheme = 'encrypted' in socket ? 'https' : 'http'
    return { hosts: namesOf(admin.names, socket.localAddress), scheme }
  }

  async #visit({ reply }: Route, method: string | undefined): Promise<Reply> {
    if (method !== 'GET' && method !== 'HEAD') {
      return refusal(405, new AdminPathUnknownError('only GET and HEAD'), { allow: 'GET, HEAD' })
    }
    try {
      return await reply()
    } catch (error) {
      this.#init.onError(error)
      return refusal(500, new Error('internal error, see the log'))
    }
  }

  #unknown(): Reply {
    const known = [...this.#init.routes.keys()].join(', ')
    return refusal(404, new AdminPathUnknownError('there is nothing at this path', { hint: `try ${known}` }))
  }
}

function foreignError(because: string): Error {
  return new AdminRequestForeignError(`this request is refused: ${because}`, {
    hint: 'use the address that is in admin.url, or name the host in admin.names'
  })
}

function unauthenticated(): Reply {
  const error = new AdminTokenWrongError('this needs the token of the node', {
    hint: 'send the header "Authorization: Bearer TOKEN"; TOKEN is in admin.token in the data folder of the node'
  })
  return refusal(401, error, { 'www-authenticate': 'Bearer realm="waystone"' })
}
