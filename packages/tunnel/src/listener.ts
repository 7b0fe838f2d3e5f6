import { once } from 'node:events'
import { lstat, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { codeOf } from '@waystone/kit/error-fields'
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
    if (codeOf(error) !== 'EADDRINUSE' || !('path' in address) || !(await isStale(address.path))) throw error
    await rm(address.path, { force: true })
    await attempt()
  })
}

/** Whether this is a unix socket that a killed process left behind. */
async function isStale(path: string): Promise<boolean> {
  if (!(await lstat(path)).isSocket()) return false
  const socket = connect({ path })
  try {
    await once(socket, 'connect')
    return false
  } catch (error) {
    return codeOf(error) === 'ECONNREFUSED'
  } finally {
    socket.destroy()
  }
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
