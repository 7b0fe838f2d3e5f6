import { once } from 'node:events'
import { connect } from 'node:net'
import type { DialTarget } from './dial-target.ts'

/** Whether a TCP connection can be made. */
export async function connectsOverTcp(target: Required<DialTarget>, signal: AbortSignal): Promise<boolean> {
  const { host, port, version } = target
  const socket = connect({ host, port, family: version })
  try {
    await once(socket, 'connect', { signal })
    return true
  } catch {
    return false
  } finally {
    socket.on('error', () => {})
    socket.destroy()
  }
}
