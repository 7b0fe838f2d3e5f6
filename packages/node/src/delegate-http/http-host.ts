import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { inUrl } from '../admin/access.ts'
import { LimitedServer } from '../http/limited-server.ts'
import { OpenAnswers } from '../http/open-answers.ts'
import { GOODBYE_MS, LIMITS, REQUEST_TIMES, STALLED_ANSWER_MS } from './constants.ts'
import { DelegateListenError } from './errors.ts'
import { callerOf, sendResponse, webRequest } from './web-request.ts'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Logger } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { HttpHandler, HttpHost } from '@waystone/delegate'
import type { RequestTimes } from '../http/limited-server.ts'

export interface DelegateHttpHostInit {
  host: string
  port: number
  clock: Clock
  log: Logger
  /** For tests: shorter times. */
  requestTimes?: RequestTimes
}

/** Plain HTTP for everybody; a proxy in front can add TLS. What comes out is verifiable either way. */
export class DelegateHttpHost implements HttpHost {
  readonly #init: DelegateHttpHostInit

  constructor(init: DelegateHttpHostInit) {
    this.#init = init
  }

  /** @throws DelegateListenError */
  async listen(handler: HttpHandler): Promise<() => Promise<void>> {
    const { clock, log, requestTimes = REQUEST_TIMES } = this.#init
    const answers = new OpenAnswers(clock, STALLED_ANSWER_MS)
    const server = new LimitedServer({
      listen: one => this.#listenOn(one),
      answer: (request, response) => {
        answers.add(response)
        // whoever left in the middle needs no reason
        this.#answer(handler, request, response).catch(() => response.destroy())
      },
      limits: LIMITS,
      requestTimes
    })
    log('delegate HTTP on %s', await server.listen())
    return async () => await server.close(() => answers.settle(GOODBYE_MS))
  }

  async #answer(handler: HttpHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const asked = tried(() => webRequest(request, gone.signal))
    if (asked === undefined) return void response.writeHead(400).end('the request is not one\n')
    await sendResponse(await handler(asked, callerOf(request)), response)
  }

  async #listenOn(server: Server): Promise<string> {
    const { host, port } = this.#init
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen({ host, port }, () => {
          server.off('error', reject)
          resolve()
        })
      })
    } catch (cause) {
      throw new DelegateListenError(`cannot listen on ${host}:${port} (${codeOf(cause) ?? messageOf(cause)})`, {
        hint: 'set delegate.http.host and delegate.http.port to a free address of this machine',
        cause
      })
    }
    const bound = server.address()
    return `http://${inUrl(host)}:${typeof bound === 'object' ? bound?.port : port}`
  }
}

function tried<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
