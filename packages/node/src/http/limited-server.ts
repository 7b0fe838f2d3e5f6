import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'

/** What strangers cannot use up. */
export interface ServerLimits {
  maxHeaderBytes: number
  /** Milliseconds that a connection without a request stays open. */
  keepAliveMs: number
  maxConnections: number
  /** Of one IP address; default: as many as there may be at all. */
  maxConnectionsPerIp?: number
  maxRequestsPerConnection: number
}

/** What a request may take, in milliseconds, as Node measures it. */
export interface RequestTimes {
  requestTimeout: number
  headersTimeout: number
  connectionsCheckingInterval: number
}

export interface LimitedServerInit {
  /** HTTPS with these. Default: plain HTTP. */
  tls?: { cert: Buffer; key: Buffer } | undefined
  /** Makes the server listen and says its URL. */
  listen: (server: Server) => Promise<string>
  answer: RequestListener
  limits: ServerLimits
  requestTimes: RequestTimes
}

/** An HTTP server within limits, which always can be closed. */
export class LimitedServer {
  readonly #listen: LimitedServerInit['listen']
  readonly #server: Server
  readonly #limits: ServerLimits
  /** Node knows only those of them that have spoken HTTP. */
  readonly #sockets = new Set<Socket>()

  constructor({ tls, listen, answer, limits, requestTimes }: LimitedServerInit) {
    const options = {
      maxHeaderSize: limits.maxHeaderBytes,
      keepAliveTimeout: limits.keepAliveMs,
      // Node gives TLS two minutes
      handshakeTimeout: requestTimes.headersTimeout,
      ...requestTimes
    }
    this.#listen = listen
    this.#limits = limits
    this.#server =
      tls === undefined ? createServer(options, answer) : createSecureServer({ ...options, ...tls }, answer)
    this.#server.maxConnections = limits.maxConnections
    this.#server.maxRequestsPerSocket = limits.maxRequestsPerConnection
    this.#server.on('connection', (socket: Socket) => this.#take(socket))
  }

  /** @throws what `listen` throws */
  async listen(): Promise<string> {
    return await this.#listen(this.#server)
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

  #take(socket: Socket): void {
    const { maxConnectionsPerIp = Infinity } = this.#limits
    const { remoteAddress } = socket
    const sameIp = Array.from(this.#sockets).filter(other => other.remoteAddress === remoteAddress).length
    if (sameIp >= maxConnectionsPerIp) return void socket.destroy()
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }
}
