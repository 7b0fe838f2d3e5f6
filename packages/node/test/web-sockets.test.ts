import { once } from 'node:events'
import { connect } from 'node:net'
import { ManualClock } from '@waystone/kit/testing'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, onTestFinished, test } from 'vitest'
import { localConfig, noTransports, startLocalNode } from './local-node.ts'
import type { Socket } from 'node:net'
import type { Config } from '../src/config/schema.ts'

const transports = { ...noTransports, ws: true }
const addresses = { listen: ['/ip4/127.0.0.1/tcp/0/ws'], announce: [], private: true }

function limited(over: Partial<Config['connections']>): Config['connections'] {
  return { ...localConfig('relay').connections, exemptLoopback: false, ...over }
}

async function openSocket(address: string | undefined): Promise<Socket> {
  const port = multiaddr(address)
    .getComponents()
    .find(({ name }) => name === 'tcp')?.value
  const socket = connect(Number(port), '127.0.0.1').on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket.resume()
}

test.each(['', 'G', 'GET / HTTP/1.1\r\nHost: x\r\n', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'])(
  'a socket that sends %j and no WebSocket handshake is closed in time',
  async text => {
    const clock = new ManualClock()
    await using relay = await startLocalNode('relay', { transports, addresses }, { clock })
    const socket = await openSocket(relay.addresses[0])
    if (text !== '') socket.write(text)
    while (!socket.closed) await clock.advance(10_000)
    expect(socket.closed).toBe(true)
  }
)

test('a WebSocket stays open after the deadline of its handshake', async () => {
  const clock = new ManualClock()
  await using relay = await startLocalNode('relay', { transports, addresses }, { clock })
  await using edge = await startLocalNode('edge', { transports, addresses: { ...addresses, listen: [] } })
  const connection = await edge.node.libp2p.dial(multiaddr(relay.addresses[0]))
  await clock.advance(60_000)
  const stream = await connection.newStream('/ipfs/ping/1.0.0')
  expect(stream.status).toBe('open')
})

test('sockets that are not yet WebSockets count for their IP, and closed ones make room', async () => {
  const connections = limited({ inboundPerIp: 2 })
  await using relay = await startLocalNode('relay', { transports, addresses, connections })
  const [address] = relay.addresses
  const [first, second] = [await openSocket(address), await openSocket(address)]
  const third = await openSocket(address)
  await expect.poll(() => third.closed).toBe(true)
  expect([first.closed, second.closed]).toEqual([false, false])
  first.destroy()
  await expect.poll(async () => probe(address)).toBe('taken')
})

test('sockets that send nothing do not keep a node from stopping', async () => {
  const relay = await startLocalNode('relay', { transports, addresses })
  const socket = await openSocket(relay.addresses[0])
  await relay[Symbol.asyncDispose]()
  await expect.poll(() => socket.closed).toBe(true)
})

/** Whether a socket gets an answer, or is closed without one. */
async function probe(address: string | undefined): Promise<string> {
  const socket = await openSocket(address)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const answered = new Promise<string>(resolve => socket.once('data', () => resolve('taken')))
  const closed = new Promise<string>(resolve => socket.once('close', () => resolve('closed')))
  return Promise.race([answered, closed]).finally(() => socket.destroy())
}
