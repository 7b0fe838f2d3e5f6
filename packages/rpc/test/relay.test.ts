import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterEach, describe, expect, it } from 'vitest'
import { callerKey, rpc } from '../src/index.ts'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, endLater } from './nodes.ts'
import type { Libp2p } from '@libp2p/interface'
import type { PeerCaller } from '../src/index.ts'
import type { RpcNode } from './nodes.ts'

afterEach(cleanUp)

const base = { connectionEncrypters: [noise()], streamMuxers: [yamux()] }

async function relay(): Promise<Libp2p> {
  const node = await createLibp2p({
    ...base,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    services: { identify: identify(), relay: circuitRelayServer() }
  })
  return endLater(node)
}

/** A node that is reached only through the relays. */
async function hidden(listen: string[]): Promise<RpcNode> {
  const node = await createLibp2p({
    ...base,
    addresses: { listen },
    transports: [tcp(), circuitRelayTransport()],
    services: { identify: identify(), rpc: rpc() }
  })
  endLater(node)
  return node as RpcNode
}

describe('a call over a relay', () => {
  it('is answered, and its handler learns who calls, through whom, and what the circuit may still carry', async () => {
    const via = await relay()
    const circuit = `${String(via.getMultiaddrs()[0])}/p2p-circuit`
    const server = await hidden([circuit])
    const caller = await hidden([])
    const seen: PeerCaller[] = []
    await server.services.rpc.serve(ConformanceService, {
      unary(_, { values }) {
        const from = values.get(callerKey)
        if (from?.kind === 'peer') seen.push(from)
        return { text: 'over the relay' }
      }
    })
    const target = multiaddr(`${circuit}/p2p/${server.peerId.toString()}`)
    const client = caller.services.rpc.client(ConformanceService, target)
    // who it says it is in a header is of no interest
    const answer = await client.unary({}, { headers: { 'x-peer': server.peerId.toString() } })
    expect(answer.text).toBe('over the relay')
    const [from] = seen
    expect(from?.peer.equals(caller.peerId)).toBe(true)
    expect(from?.route).toMatchObject({ path: 'relayed', via: via.peerId.toString() })
    expect(from?.limits?.bytes).toBeTypeOf('bigint')
    expect(from?.remoteAddress.toString()).toContain('/p2p-circuit')
  })
})
