import { once } from 'node:events'
import { createConnection, createServer } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import type { AddressInfo, Server, Socket } from 'node:net'

/** A TCP port that leads to another one until it is frozen: then both ends hear nothing more, and are not told. */
export class Wire implements AsyncDisposable {
  readonly #sockets: Socket[] = []
  readonly #server: Server

  private constructor(to: number) {
    this.#server = createServer(near => {
      const far = createConnection(to, '127.0.0.1')
      for (const socket of [near, far]) this.#sockets.push(socket.on('error', () => {}))
      near.pipe(far).pipe(near)
    })
  }

  /** @param to - a TCP address on loopback */
  static async lay(to: string): Promise<Wire> {
    const port = multiaddr(to)
      .getComponents()
      .find(({ name }) => name === 'tcp')?.value
    const wire = new Wire(Number(port))
    wire.#server.listen(0, '127.0.0.1')
    await once(wire.#server, 'listening')
    return wire
  }

  get address(): string {
    return `/ip4/127.0.0.1/tcp/${(this.#server.address() as AddressInfo).port}`
  }

  freeze(): void {
    for (const socket of this.#sockets) socket.unpipe().pause()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
