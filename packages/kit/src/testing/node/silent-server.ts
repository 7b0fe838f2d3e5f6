import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

/** A TCP server that takes its port, accepts connections and never says a word, until it is disposed of. */
export class SilentServer implements AsyncDisposable {
  readonly port: number
  readonly #server: Server
  readonly #sockets: Set<Socket>

  private constructor(port: number, server: Server, sockets: Set<Socket>) {
    this.port = port
    this.#server = server
    this.#sockets = sockets
  }

  /** Listens on a free port. */
  static async listen(host = '127.0.0.1'): Promise<SilentServer> {
    const sockets = new Set<Socket>()
    const server = createServer(socket => sockets.add(socket)).listen(0, host)
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new TypeError('the server listens on no port')
    return new SilentServer(address.port, server, sockets)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await this.#server[Symbol.asyncDispose]()
  }
}
