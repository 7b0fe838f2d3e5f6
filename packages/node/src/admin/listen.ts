import { chmod } from 'node:fs/promises'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { removeStaleSocket } from '@waystone/kit/stale-socket'
import { inUrl } from './access.ts'
import { AdminListenError, AdminSocketInUseError } from './errors.ts'
import { PortInUseError } from '../libp2p/errors.ts'
import type { ListenOptions, Server } from 'node:net'
import type { Config } from '../config/schema.ts'

/** Read and write for the owner, nothing for anybody else. */
const SOCKET_MODE = 0o600

/**
 * Makes a server listen where the config says and returns its URL:
 * `http://127.0.0.1:40213`, `https://…` or `unix:/path`.
 *
 * @throws PortInUseError, AdminListenError, AdminSocketInUseError
 */
export async function listen(server: Server, admin: Config['admin']): Promise<string> {
  return admin.socket === undefined ? await listenOnPort(server, admin) : await listenOnSocket(server, admin.socket)
}

async function listenOnPort(server: Server, { host, port, names, tls }: Config['admin']): Promise<string> {
  try {
    await listening(server, { host, port })
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw cannotListen(`${host}:${port}`, error)
    throw new PortInUseError(`another process listens on the admin address ${host}:${port}`, {
      hint: 'stop the other process, or set admin.port to another port (0 takes a free one)',
      cause: error
    })
  }
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new TypeError('the admin server listens on no port')
  return `${tls.certFile === undefined ? 'http' : 'https'}://${nameIn(bound.address, names)}:${bound.port}`
}

/** Nobody can call an unspecified address. */
function nameIn(address: string, names: readonly string[]): string {
  if (address === '0.0.0.0') return inUrl(names[0] ?? '127.0.0.1')
  if (address === '::') return inUrl(names[0] ?? '::1')
  return inUrl(address)
}

async function listenOnSocket(server: Server, path: string): Promise<string> {
  try {
    await listening(server, { path })
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw cannotListen(path, error)
    const inUse = await removeStaleSocket(path)
    if (inUse !== undefined) throw socketInUse(inUse)
    await listening(server, { path })
  }
  // who was faster, under a umask that allowed it, needs the token all the same
  await chmod(path, SOCKET_MODE)
  return `unix:${path}`
}

function cannotListen(where: string, cause: unknown): AdminListenError {
  return new AdminListenError(`the admin API cannot listen on ${where} (${codeOf(cause) ?? messageOf(cause)})`, {
    hint: 'check admin.host, admin.port or admin.socket: the address must be one of this machine, and free to use',
    cause
  })
}

function socketInUse(message: string): AdminSocketInUseError {
  return new AdminSocketInUseError(message, { hint: 'set admin.socket to another path, or stop the other process' })
}

async function listening(server: Server, options: ListenOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
