import { AdminPathUnknownError } from './errors.ts'
import { Gate } from './gate.ts'
import { listen } from './listen.ts'
import { LimitedServer } from '../http/limited-server.ts'
import { refusal, send } from './reply.ts'
import { OpenAnswers } from '../http/open-answers.ts'
import { readTls } from './tls.ts'
import { GOODBYE_MS, LIMITS, REQUEST_TIMES, STALLED_ANSWER_MS } from './constants.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '@waystone/interface'
import type { Admission } from './gate.ts'
import type { RequestTimes } from '../http/limited-server.ts'
import type { Config } from '../config/schema.ts'
import type { Reply } from './reply.ts'
import type { AdminRoutes, RpcHandler } from './rpc-handler.ts'
import type { Routes } from './routes.ts'

export interface AdminServerInit {
  /** Where it listens: loopback, a unix socket, or anywhere with TLS. */
  admin: Config['admin']
  /** For tests: shorter times. */
  requestTimes?: RequestTimes | undefined
  routes: Routes
  /** The services that are called with the token. */
  rpc: AdminRoutes
  clock: Clock
  /** Told when a request fails for a reason of the node's own; the client gets a bare 500. */
  onError(error: unknown): void
  /** Told when an answer could not be sent. */
  onLost(error: unknown): void
}

/**
 * HTTP for probes, scrapers and shells, and Connect's calls for whoever holds
 * the token. Web pages of others get nothing: see {@link Gate}.
 */
export class AdminServer {
  readonly #init: AdminServerInit
  readonly #answers: OpenAnswers
  readonly #shutdown = new AbortController()
  #rpc: Promise<RpcHandler> | undefined
  #server: LimitedServer | undefined
  #url: string | undefined

  constructor(init: AdminServerInit) {
    this.#init = init
    this.#answers = new OpenAnswers(init.clock, STALLED_ANSWER_MS)
  }

  /** `http://127.0.0.1:40213`, `https://…` or `unix:/path` while it listens. */
  get url(): string | undefined {
    return this.#url
  }

  /**
   * @param token - what calls have to show
   * @throws PortInUseError, AdminListenError, AdminSocketInUseError, AdminTlsRequiredError, CertificateUnreadableError
   */
  async start(token: string): Promise<string> {
    const { admin, routes, requestTimes = REQUEST_TIMES } = this.#init
    const gate = new Gate({ admin, routes, token })
    const answer = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#answer(gate, request, response)
    this.#server = new LimitedServer({
      tls: await readTls(admin),
      listen: server => listen(server, admin),
      answer,
      limits: LIMITS,
      requestTimes
    })
    this.#url = await this.#server.listen()
    return this.#url
  }

  async stop(): Promise<void> {
    this.#url = undefined
    if (this.#rpc !== undefined) this.#shutdown.abort((await import('./node-stops.ts')).nodeStops())
    await this.#server?.close(() => this.#answers.settle(GOODBYE_MS))
  }

  async #answer(gate: Gate, request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#answers.add(response)
    try {
      const admission = gate.admit(request)
      if (admission.kind !== 'call') send(await this.#replyTo(admission, request), request, response)
      else if (!(await this.#call(request, response))) send(await gate.unknown(), request, response)
    } catch (error) {
      this.#init.onError(error)
      send(await refusal(500, new Error('internal error, see the log')), request, response)
    }
  }

  /** Calls, and Connect with them, are loaded at the first one. */
  async #call(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    this.#rpc ??= this.#loadRpc()
    const answer = await this.#rpc
    return await answer(request, response)
  }

  async #loadRpc(): Promise<RpcHandler> {
    const { createRpcHandler } = await import('./rpc-handler.ts')
    const init = this.#init
    return createRpcHandler({ rpc: init.rpc, shutdown: this.#shutdown.signal, onLost: error => init.onLost(error) })
  }

  async #replyTo(admission: Exclude<Admission, { kind: 'call' }>, { method }: IncomingMessage): Promise<Reply> {
    if (admission.kind === 'refused') return await admission.reply()
    if (method === 'GET' || method === 'HEAD') return await admission.route.reply(admission.trusted)
    return await refusal(405, new AdminPathUnknownError('only GET and HEAD'), { allow: 'GET, HEAD' })
  }
}
