import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Endpoint } from './endpoint.ts'

/** A bound UDP port. */
export interface DatagramPort {
  readonly localPort: number
  /** What cannot be sent is lost, like what the network loses. */
  send(bytes: Uint8Array, to: Endpoint): void
  onMessage(listener: (bytes: Uint8Array, from: Endpoint) => void): void
  close(): void
}

/** Binds a free UDP port on all IPv4 addresses. */
export async function bindDatagramPort(): Promise<DatagramPort> {
  const socket = createSocket('udp4')
  socket.bind(0)
  await once(socket, 'listening')
  // such as "network is unreachable"; whoever waits for an answer gets none
  socket.on('error', () => {})
  return {
    localPort: socket.address().port,
    send: (bytes, to) => socket.send(bytes, to.port, to.ip, () => {}),
    onMessage: listener => socket.on('message', (bytes, { address, port }) => listener(bytes, { ip: address, port })),
    close: () => socket.close()
  }
}
