import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/**
 * A UDP port that nothing on this machine uses now, on any address and in
 * either family. The system does not give one out twice in a row, so it stays
 * free for the moment until it is bound.
 */
export async function findFreeUdpPort(): Promise<number> {
  return freePort('udp6').catch(() => freePort('udp4'))
}

async function freePort(type: 'udp4' | 'udp6'): Promise<number> {
  // without ipv6Only the socket stands for both families
  const socket = createSocket({ type })
  socket.bind(0)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}
