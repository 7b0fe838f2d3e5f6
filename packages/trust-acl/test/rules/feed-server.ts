import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'

/** An HTTP server on loopback whose answers a test changes. */
export class FeedServer implements AsyncDisposable {
  readonly url: string
  readonly requests: IncomingMessage[] = []
  answer: RequestListener = (_request, response) => response.end('192.0.2.1')
  readonly #server: Server

  private constructor(server: Server, port: number) {
    this.#server = server
    this.url = `http://127.0.0.1:${port}/drop.txt?token=secret`
    server.on('request', (request, response) => {
      this.requests.push(request)
      this.answer(request, response)
    })
  }

  static async listen(): Promise<FeedServer> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new TypeError('the server listens on no port')
    return new FeedServer(server, address.port)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await this.#server[Symbol.asyncDispose]()
  }
}
