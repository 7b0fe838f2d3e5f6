import { once } from 'node:events'
import { createServer } from 'node:net'

/** A TCP port on loopback that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await server[Symbol.asyncDispose]()
  if (address === null || typeof address === 'string') throw new TypeError('the server listened on no port')
  return address.port
}
