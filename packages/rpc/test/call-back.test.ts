import { afterEach, describe, expect, it } from 'vitest'
import { conformance } from './conformance-service.ts'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, rpcNode } from './nodes.ts'
import type { PeerId, PeerRouting } from '@libp2p/interface'
import type { RpcNode } from './nodes.ts'

afterEach(cleanUp)

/** As a DHT does that knows nobody yet. */
function endlessRouter(asked: () => void): Pick<PeerRouting, 'findPeer'> {
  return {
    findPeer: async () => {
      asked()
      return await new Promise<never>(() => {})
    }
  }
}

/** A node that dials, and the one it dials, which calls back. */
async function nodes(asked = () => {}): Promise<{ dialler: RpcNode; dialled: RpcNode }> {
  const dialler = await rpcNode()
  await dialler.services.rpc.serve(ConformanceService, conformance)
  const router = endlessRouter(asked) as PeerRouting
  return { dialler, dialled: await rpcNode({}, { peerRouters: [() => router] }) }
}

async function call(node: RpcNode, peer: PeerId): Promise<string> {
  return (await node.services.rpc.client(ConformanceService, peer).unary({ text: 'back' })).text
}

describe('a call to a peer that dialled us', () => {
  it('goes over its connection as soon as that is open, before identify', async () => {
    const { dialler, dialled } = await nodes()
    const { promise: answer, resolve } = Promise.withResolvers<string>()
    dialled.addEventListener('connection:open', ({ detail }) => resolve(call(dialled, detail.remotePeer)))
    await dialler.dial(dialled.getMultiaddrs())
    expect(await answer).toBe('back')
  })

  it('that was made before the connection was open goes over it, although the peer is still looked for', async () => {
    const { promise: isLookedFor, resolve } = Promise.withResolvers<void>()
    const { dialler, dialled } = await nodes(resolve)
    const answer = call(dialled, dialler.peerId)
    await isLookedFor
    await dialler.dial(dialled.getMultiaddrs())
    expect(await answer).toBe('back')
  })
})
