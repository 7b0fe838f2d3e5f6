import { once } from 'node:events'
import { connect } from 'node:net'
import { codeOf } from '@waystone/kit/error-fields'
import type { DialTarget } from './dial-target.ts'

/** `refused`: the host answers, and nothing listens there. */
export type TcpOutcome = 'connected' | 'refused' | 'silent'

/** What comes of a TCP connection. */
export async function tryTcpConnect(target: Required<DialTarget>, signal: AbortSignal): Promise<TcpOutcome> {
  const { host, port, version } = target
  const socket = connect({ host, port, family: version })
  try {
    await once(socket, 'connect', { signal })
    return 'connected'
  } catch (error) {
    return codeOf(error) === 'ECONNREFUSED' ? 'refused' : 'silent'
  } finally {
    socket.on('error', () => {})
    socket.destroy()
  }
}
