import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { startLocalNode } from './local-node.ts'
import type { Connection, ConnectionGater, Stream } from '@libp2p/interface'

const PROTOCOL = '/early-streams-test/1.0.0'

test('a peer keeps the many streams that it opens before this side has set up the connection', async () => {
  await using server = await startLocalNode('relay')
  await server.node.libp2p.handle(PROTOCOL, stream => void stream.send(Uint8Array.of(1)), { maxInboundStreams: 100 })
  await using client = await startLocalNode('edge')
  const opened = Promise.withResolvers<Stream[]>()
  const asked = Promise.withResolvers<void>()
  client.node.libp2p.addEventListener('connection:open', ({ detail }) => {
    opened.resolve(openStreams(detail))
    asked.resolve()
  })
  // libp2p asks this last: the muxer reads already
  const denyInboundUpgradedConnection = async (): Promise<boolean> => {
    await asked.promise
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
    return false
  }
  const { components } = server.node.libp2p as unknown as { components: { connectionGater: ConnectionGater } }
  Object.assign(components.connectionGater, { denyInboundUpgradedConnection })
  await client.node.libp2p.dial(multiaddr(server.addresses[0]))
  const streams = await opened.promise
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 'open'))
})

async function openStreams(connection: Connection): Promise<Stream[]> {
  const all = Array.from({ length: 50 }, async () => connection.newStream(PROTOCOL, { maxOutboundStreams: 100 }))
  return await Promise.all(all)
}
