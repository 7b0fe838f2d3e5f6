import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { multiaddr } from '@multiformats/multiaddr'
import { seededRandom } from '@waystone/kit/testing'
import { expect, test } from 'vitest'
import { findFreeUdpPort } from '../src/libp2p/free-udp-port.ts'
import { noTransports, startLocalNode } from './local-node.ts'
import type { ConfigInput } from '../src/config/schema.ts'

const transports = { ...noTransports, webrtcDirect: true }

function listenOn(...listen: string[]): ConfigInput['addresses'] {
  return { listen, announce: [], private: true }
}

test('a closed WebRTC listener outlives who still dials it, and the next one has its port', async () => {
  const port = await findFreeUdpPort()
  const addresses = listenOn(`/ip4/127.0.0.1/udp/${port}/webrtc-direct`)
  await using client = await startLocalNode('edge', { transports, addresses: listenOn() })
  {
    // closed with a connection that is open
    await using closed = await startLocalNode('relay', { transports, addresses })
    await client.node.libp2p.dial(multiaddr(closed.addresses[0]))
  }
  await send(firstPacket(), port)

  await using server = await startLocalNode('relay', { transports, addresses })
  // whoever is answered here knows that the packet before was taken
  const connection = await client.node.libp2p.dial(multiaddr(server.addresses[0]))
  expect(connection.remotePeer.equals(server.node.libp2p.peerId)).toBe(true)
})

/** A STUN binding request of a peer that nobody knows, as every dial begins with (RFC 8489). */
function firstPacket(): Buffer {
  const name = Buffer.from(`${'a'.repeat(32)}:${'a'.repeat(32)}`)
  const username = attribute(0x0006, Buffer.concat([name, Buffer.alloc(-name.length & 3)]), name.length)
  const integrity = attribute(0x0008, Buffer.alloc(20))
  const body = Buffer.concat([username, integrity])
  const head = Buffer.alloc(8)
  head.writeUInt16BE(0x0001)
  head.writeUInt16BE(body.length, 2)
  head.writeUInt32BE(0x2112a442, 4)
  return Buffer.concat([head, seededRandom(1).bytes(12), body])
}

function attribute(type: number, value: Buffer, length = value.length): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(type)
  head.writeUInt16BE(length, 2)
  return Buffer.concat([head, value])
}

async function send(packet: Buffer, port: number): Promise<void> {
  const socket = createSocket('udp4')
  socket.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  await new Promise(done => socket.send(packet, done))
  socket.close()
}
