import { isIdle } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { RPC_PROTOCOL } from '@waystone/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { conformance } from './conformance-service.ts'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, pair } from './nodes.ts'
import type { RpcNode } from './nodes.ts'

afterEach(cleanUp)

/** Whether each of a node's streams of calls is idle. */
function idleStreams(node: RpcNode): boolean[] {
  const streams = node.getConnections().flatMap(connection => connection.streams)
  return streams.filter(({ protocol }) => protocol.startsWith(RPC_PROTOCOL)).map(isIdle)
}

describe('a stream of calls', () => {
  it('is known as idle at both ends while it waits for the next call, and not while one runs', async () => {
    const { caller, server } = await pair()
    await server.services.rpc.serve(ConformanceService, conformance)
    const client = caller.services.rpc.client(ConformanceService, server.peerId)
    await client.unary({})
    await until(() => idleStreams(server).join() === 'true')
    expect(idleStreams(caller)).toEqual([true])
    const hung = new AbortController()
    const call = client.unary({ wish: { hang: true } }, { signal: hung.signal })
    await until(() => idleStreams(server).join() === 'false')
    expect(idleStreams(caller)).toEqual([false])
    hung.abort()
    await expect(call).rejects.toThrow()
  })
})
