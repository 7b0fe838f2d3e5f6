import { once } from 'node:events'
import { connect } from 'node:net'
import { createDeadline } from '@waystone/kit'
import { KEEP_ALIVE_MS, TARGET_CONNECT_MS } from './constants.ts'
import type { Socket } from 'node:net'
import type { Clock } from '@waystone/interface'
import type { SocketAddress } from './address.ts'

export interface ConnectInit {
  clock: Clock
  signal: AbortSignal
}

/**
 * Connects to a target. Each end of the connection can be closed by itself.
 *
 * @throws the system's error, DeadlineExceededError, or the signal's reason
 */
export async function connectToTarget(target: SocketAddress, { clock, signal }: ConnectInit): Promise<Socket> {
  using deadline = createDeadline({ ms: TARGET_CONNECT_MS, what: 'connecting to the target', signal, clock })
  const socket = connect({ ...target, allowHalfOpen: true })
  // a target may reset before anybody carries the connection, and an error that nobody hears ends the process
  socket.on('error', () => {})
  try {
    await once(socket, 'connect', { signal: deadline.signal })
    return tuned(socket)
  } catch (error) {
    socket.destroy()
    throw deadline.signal.aborted ? deadline.signal.reason : error
  }
}

/** Sends small pieces at once, and finds out in the end that the other end is dead. */
export function tuned(socket: Socket): Socket {
  return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS)
}

/** Ends both directions at once, with a reset where there is such a thing. */
export function resetSocket(socket: Socket): void {
  if (socket.destroyed) return
  try {
    socket.resetAndDestroy()
  } catch {
    // unix sockets have none
    socket.destroy()
  }
}
