import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { ManualClock, until } from '@waystone/kit/testing'
import { rpcServiceProtocol, RPC_PROTOCOL } from '@waystone/wire'
import { createLibp2p } from 'libp2p'
import { afterEach, describe, expect, it } from 'vitest'
import { servedStreams } from './attack.ts'
import { conformance } from './conformance-service.ts'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, endLater, rpcNode } from './nodes.ts'
import type { Libp2p } from '@libp2p/interface'
import type { RpcNode } from './nodes.ts'

afterEach(cleanUp)

const STREAMS = 10_000
const MAX_STREAMS_PER_PEER = 50

/** A peer that keeps to none of its own limits. */
async function unlimitedNode(): Promise<Libp2p> {
  const node = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxOutboundStreams: 2 * STREAMS })]
  })
  return endLater(node)
}

async function openAll(node: Libp2p, server: RpcNode, connections: number): Promise<void> {
  const protocols = [RPC_PROTOCOL, rpcServiceProtocol(ConformanceService.typeName)]
  for (let index = 0; index < connections; index++) {
    const connection = await node.dial(server.getMultiaddrs(), { force: true })
    const opened = Array.from({ length: STREAMS / connections }, async (_, stream) =>
      connection.newStream(protocols[stream % 2] ?? RPC_PROTOCOL, { maxOutboundStreams: 2 * STREAMS }).catch(() => {})
    )
    await Promise.all(opened)
  }
}

describe('a peer that opens 10,000 streams at once', () => {
  it.each([1, 4])('over %d connections keeps no more than it may, and others are answered', async connections => {
    const clock = new ManualClock()
    const server = await rpcNode({ clock, maxStreamsPerPeer: MAX_STREAMS_PER_PEER })
    await server.services.rpc.serve(ConformanceService, conformance)
    const hostile = await unlimitedNode()
    const other = await rpcNode()
    await other.dial(server.getMultiaddrs())
    const client = other.services.rpc.client(ConformanceService, server.peerId)
    const opening = openAll(hostile, server, connections)
    expect((await client.unary({ text: 'meanwhile' })).text).toBe('meanwhile')
    await opening
    await until(() => servedStreams({ server }) <= MAX_STREAMS_PER_PEER + 1)
    // one timer for each stream that waits for its head, and for the idle one of the other peer two
    expect(clock.pending).toBeLessThanOrEqual(MAX_STREAMS_PER_PEER + 2)
    expect((await client.unary({ text: 'still' })).text).toBe('still')
    await clock.advance(10_000)
    await until(() => servedStreams({ server }) === 1)
    await hostile.stop()
  })
})
