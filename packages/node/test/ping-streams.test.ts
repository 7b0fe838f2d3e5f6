import { PING_PROTOCOL } from '@libp2p/ping'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { startLocalNode } from './local-node.ts'
import type { Ping } from '@libp2p/ping'

test('the keep-alive of a connection has room beside the pings of operators', async () => {
  await using server = await startLocalNode('relay')
  await using client = await startLocalNode('edge')
  const connection = await client.node.libp2p.dial(multiaddr(server.addresses[0]))
  const streams = []
  for (let ping = 0; ping < 4; ping++) streams.push(await connection.newStream(PING_PROTOCOL))
  const echoed = streams.map(
    async stream => await new Promise(resolve => stream.addEventListener('message', resolve, { once: true }))
  )
  for (const stream of streams) stream.send(new Uint8Array(32))
  await Promise.all(echoed)
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 'open'))
})

test('a ping is sent while the keep-alive of the same connection waits for its answer', async () => {
  await using server = await startLocalNode('relay')
  await using client = await startLocalNode('edge')
  const connection = await client.node.libp2p.dial(multiaddr(server.addresses[0]))
  const keepAlive = await connection.newStream(PING_PROTOCOL)
  const { ping }: { ping?: Ping } = client.node.libp2p.services
  await expect(ping?.ping(server.node.libp2p.peerId)).resolves.toBeGreaterThanOrEqual(0)
  expect(keepAlive.status).toBe('open')
})
