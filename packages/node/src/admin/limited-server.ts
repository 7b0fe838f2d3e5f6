import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { listen } from './listen.ts'
import { readTls } from './tls.ts'
import * as limits from './constants.ts'
import type { RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Config } from '../config/schema.ts'

export interface LimitedServerInit {
  /** Where it listens: loopback, a unix socket, or anywhere with TLS. */
  admin: Config['admin']
  answer: RequestListener
  /** For tests: shorter times. */
  requestTimes?: typeof limits.REQUEST_TIMES | undefined
}

/** An HTTP server within the limits of this API, which always can be closed. */
export class LimitedServer {
  readonly #admin: Config['admin']
  readonly #server: Server
  /** Node knows only those of them that have spoken HTTP. */
  readonly #sockets = new Set<Socket>()

  /** @throws AdminTlsRequiredError, CertificateUnreadableError */
  static async create({
    admin,
    answer,
    requestTimes = limits.REQUEST_TIMES
  }: LimitedServerInit): Promise<LimitedServer> {
    const options = {
      maxHeaderSize: limits.MAX_HEADER_BYTES,
      keepAliveTimeout: limits.KEEP_ALIVE_TIMEOUT_MS,
      // Node gives TLS two minutes
      handshakeTimeout: requestTimes.headersTimeout,
      ...requestTimes
    }
    const tls = await readTls(admin)
    const server =
      tls === undefined ? createServer(options, answer) : createSecureServer({ ...options, ...tls }, answer)
    return new LimitedServer(server, admin)
  }

  private constructor(server: Server, admin: Config['admin']) {
    this.#server = server
    this.#admin = admin
    server.maxConnections = limits.MAX_CONNECTIONS
    server.maxRequestsPerSocket = limits.MAX_REQUESTS_PER_CONNECTION
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  /** @throws PortInUseError, AdminListenError, AdminSocketInUseError */
  async listen(): Promise<string> {
    return await listen(this.#server, this.#admin)
  }

  /** @param settled - until then connections are left as they are; new ones are not taken */
  async close(settled: () => Promise<void>): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    await settled()
    this.#server.closeAllConnections()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}
