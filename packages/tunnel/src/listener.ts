import { once } from 'node:events'
import { createServer } from 'node:net'
import { codeOf } from '@waystone/kit/error-fields'
import { removeStaleSocket } from '@waystone/kit/stale-socket'
import { formatAddress } from './address.ts'
import { LocalAddressInUseError, LocalAddressUnavailableError } from './errors.ts'
import type { Server, Socket } from 'node:net'
import type { SocketAddress } from './address.ts'

/** A local address that takes connections. Their reading is paused. */
export interface Listener {
  /** With the port that it got. */
  address: SocketAddress
  /** Takes no more; connections that were handed over stay. */
  close(): Promise<void>
}

/**
 * Listens. Each end of a connection can be closed by itself.
 *
 * @throws LocalAddressInUseError, LocalAddressUnavailableError
 */
export async function listen(address: SocketAddress, onSocket: (socket: Socket) => void): Promise<Listener> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, onSocket)
  try {
    await listening(server, address)
  } catch (error) {
    const text = formatAddress(address)
    if (codeOf(error) === 'EADDRINUSE') throw new LocalAddressInUseError(text, error)
    throw new LocalAddressUnavailableError(text, error)
  }
  // what accept() reports later, such as too many open files, must not end the process; clients are then refused
  server.on('error', () => {})
  return { address: addressOf(server, address), close: async () => await closed(server) }
}

async function listening(server: Server, address: SocketAddress): Promise<void> {
  const attempt = async (): Promise<void> => {
    server.listen({ ...address })
    await once(server, 'listening')
  }
  await attempt().catch(async (error: unknown) => {
    if (codeOf(error) !== 'EADDRINUSE' || !('path' in address)) throw error
    if ((await removeStaleSocket(address.path)) !== undefined) throw error
    await attempt()
  })
}

function addressOf(server: Server, asked: SocketAddress): SocketAddress {
  const got = server.address()
  return 'path' in asked || got === null || typeof got === 'string' ? asked : { host: got.address, port: got.port }
}

async function closed(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  await promise
}
