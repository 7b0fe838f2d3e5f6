import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { content } from '@waystone/content'
import { until } from '@waystone/kit/testing'
import { createLibp2p } from 'libp2p'
import { expect, onTestFinished, test } from 'vitest'
import type { Libp2p } from '@libp2p/interface'
import type { Content } from '@waystone/content'

const TCP = '/ip4/127.0.0.1/tcp/0'

async function start(listen: string[], services: object): Promise<Libp2p<{ content: Content }>> {
  const node = await createLibp2p({
    addresses: { listen },
    transports: [tcp(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ...services }
  })
  onTestFinished(async () => await node.stop())
  return node as unknown as Libp2p<{ content: Content }>
}

test('a file comes over a relay that limits its circuits, in both directions of dialling', async () => {
  const relay = await start([TCP], { relay: circuitRelayServer() })
  const [address] = relay.getMultiaddrs()
  const holder = await start([`${address?.toString()}/p2p-circuit`], { content: content() })
  await until(() => holder.getMultiaddrs().length > 0)
  const reader = await start([], { content: content() })
  const connection = await reader.dial(holder.getMultiaddrs())
  expect(connection.limits?.bytes).toBeDefined()
  const file = new TextEncoder().encode('a trust file'.repeat(100))
  const theirs = await holder.services.content.put(file)
  expect(await reader.services.content.getFile(theirs, { maxBytes: 2_000, from: [holder.peerId] })).toEqual(file)
  const ours = await reader.services.content.put(file.subarray(1))
  const back = await holder.services.content.getFile(ours, { maxBytes: 2_000, from: [reader.peerId] })
  expect(back).toEqual(file.subarray(1))
  expect(holder.getConnections(reader.peerId).every(({ limits }) => limits !== undefined)).toBe(true)
})
