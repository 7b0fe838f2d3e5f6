import { Code, ConnectError } from '@connectrpc/connect'
import { start, stop } from '@libp2p/interface'
import { ManualClock, RecordedMetrics, until } from '@waystone/kit/testing'
import { RPC_PROTOCOL } from '@waystone/wire'
import { ErrorInfoSchema } from '@waystone/wire/rpc'
import { afterEach, describe, expect, it } from 'vitest'
import { callerKey, describeRpcFailure, NoServingPeerError, rpc, rpcError } from '../src/index.ts'
import { conformance } from './conformance-service.ts'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, pair, rpcNode } from './nodes.ts'
import type { Client, Interceptor } from '@connectrpc/connect'
import type { TrustPolicy } from '@waystone/interface'
import type { RpcInit } from '../src/index.ts'
import type { Pair } from './nodes.ts'

afterEach(cleanUp)

type TestClient = Client<typeof ConformanceService>

async function served(init: RpcInit = {}): Promise<Pair & { client: TestClient }> {
  const nodes = await pair(init)
  await nodes.server.services.rpc.serve(ConformanceService, conformance)
  return { ...nodes, client: clientOf(nodes) }
}

function clientOf({ caller, server }: Pair): TestClient {
  return caller.services.rpc.client(ConformanceService, server.peerId)
}

async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  return ConnectError.from(
    await call.then(
      () => new Error('the call did not fail'),
      (error: unknown) => error
    )
  )
}

async function drain(answers: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of answers);
}

const HANG = { wish: { hang: true } }

describe('a node', () => {
  it('that stops ends its handlers and tells their callers', async () => {
    const nodes = await pair()
    const reasons: unknown[] = []
    await nodes.server.services.rpc.serve(ConformanceService, {
      unary: async (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason)
            reject(signal.reason)
          })
          reasons.push('begun')
        })
    })
    const failure = failureOf(clientOf(nodes).unary({}))
    await until(() => reasons.length === 1)
    await stop(nodes.server.services.rpc)
    expect((await failure).code).toBe(Code.Unavailable)
    expect(reasons[1]).toMatchObject({ code: Code.Unavailable })
    expect((await failureOf(clientOf(nodes).unary({}))).code).toBe(Code.Unimplemented)
  })

  it('answers again after stop and start', async () => {
    const { client, server, connection } = await served()
    const service = server.services.rpc
    await client.unary({})
    await stop(service)
    await stop(service)
    await until(() => connection.streams.every(({ protocol }) => protocol !== RPC_PROTOCOL))
    await start(service)
    await start(service)
    expect((await client.unary({ text: 'again' })).text).toBe('again')
  })

  it('can stop before it starts', async () => {
    const events = await rpcNode()
    const { peerStore, peerRouting, logger } = events
    const registrar = { handle: async () => {}, unhandle: async () => {} }
    const connectionManager = { getConnections: () => [], openConnection: async () => Promise.reject(new Error('no')) }
    const service = rpc()({ registrar, connectionManager, events, peerStore, peerRouting, logger })
    await expect(stop(service)).resolves.toBeUndefined()
  })

  it('leaves no timer behind', async () => {
    const clock = new ManualClock()
    const { client, server, caller } = await served({ clock })
    await client.unary({})
    expect(clock.pending).toBeGreaterThan(0)
    await stop(caller.services.rpc)
    await stop(server.services.rpc)
    await until(() => clock.pending === 0)
  })
})

describe('serving', () => {
  it('one service twice is refused', async () => {
    const { server } = await served()
    await expect(server.services.rpc.serve(ConformanceService, conformance)).rejects.toMatchObject({
      name: 'ServiceTakenError',
      hint: expect.any(String)
    })
  })

  it('ends for new calls only, and can begin anew', async () => {
    const nodes = await pair()
    const service = nodes.server.services.rpc
    const waiting: Array<() => void> = []
    const unserve = await service.serve(ConformanceService, {
      unary: async () => new Promise(resolve => waiting.push(() => resolve({ text: 'still' })))
    })
    const running = clientOf(nodes).unary({})
    await until(() => waiting.length === 1)
    await unserve()
    expect(service.services()).toEqual([])
    expect((await failureOf(clientOf(nodes).unary({}))).code).toBe(Code.Unimplemented)
    await service.serve(ConformanceService, conformance)
    // the first one ended already: it must not end its successor
    await unserve()
    expect((await clientOf(nodes).unary({ text: 'new' })).text).toBe('new')
    waiting[0]?.()
    expect((await running).text).toBe('still')
  })

  it('a method that is not implemented says so', async () => {
    const nodes = await pair()
    await nodes.server.services.rpc.serve(ConformanceService, {})
    expect((await failureOf(clientOf(nodes).unary({}))).code).toBe(Code.Unimplemented)
  })

  it('is found by "any", and by an address', async () => {
    const { caller, server } = await served()
    await until(async () => {
      const { protocols } = await caller.peerStore.get(server.peerId)
      return protocols.some(protocol => protocol.startsWith(`${RPC_PROTOCOL}/conformance`))
    })
    const { rpc: calls } = caller.services
    expect((await calls.client(ConformanceService, 'any').unary({ text: 'a' })).text).toBe('a')
    const other = await rpcNode()
    const found = other.services.rpc.client(ConformanceService, server.getMultiaddrs())
    expect((await found.unary({ text: 'b' })).text).toBe('b')
  })
})

describe('limits', () => {
  it('of calls hold for each peer and for all', async () => {
    const nodes = await served({ maxCalls: 3, maxCallsPerPeer: 2 })
    const [other, controller] = [await rpcNode(), new AbortController()]
    await other.dial(nodes.server.getMultiaddrs())
    const clients = [nodes.client, other.services.rpc.client(ConformanceService, nodes.server.peerId)]
    // the question below may take the last place first: then again
    const hang = async (index: number): Promise<ConnectError> => {
      const error = await failureOf(clients[index]!.unary(HANG, { signal: controller.signal }))
      return error.code === Code.ResourceExhausted ? await hang(index) : error
    }
    const hanging = [0, 0, 1].map(hang)
    await until(
      async () => (await failureOf(clients[1]!.unary(HANG, { timeoutMs: 200 }))).code === Code.ResourceExhausted
    )
    expect((await failureOf(clients[0]!.unary({}))).code).toBe(Code.ResourceExhausted)
    controller.abort()
    expect((await Promise.all(hanging)).map(({ code }) => code)).toEqual(Array(3).fill(Code.Canceled))
    await until(async () =>
      clients[0]!.unary({}).then(
        () => true,
        () => false
      )
    )
  })

  it('of messages hold at both ends', async () => {
    const { client } = await served()
    const long = { payload: new Uint8Array(1024 * 1024) }
    expect((await failureOf(client.unary(long))).code).toBe(Code.ResourceExhausted)
    const wish = { payloadBytes: 1024 * 1024 }
    const answers = client.serverStream({ count: 1, wish })[Symbol.asyncIterator]()
    expect((await failureOf(answers.next())).code).toBe(Code.ResourceExhausted)
  })

  it('of heads hold at both ends', async () => {
    const { client } = await served()
    const headers = { 'x-long': 'x'.repeat(20_000) }
    expect((await failureOf(client.unary({}, { headers }))).code).toBe(Code.ResourceExhausted)
    const long = await failureOf(client.unary({ wish: { header: 'x'.repeat(20_000) } }))
    expect(long.code).toBe(Code.Internal)
    expect((await client.unary({ text: 'next' })).text).toBe('next')
  })
})

describe('trust', () => {
  it('is asked for peers, by function, and refuses by default', async () => {
    const asked: string[] = []
    const trust: TrustPolicy = {
      decide: ({ peer }, trustFunction) => {
        asked.push(`${peer.toString()} ${trustFunction}`)
        return { allow: asked.length > 1, reason: 'a test' }
      }
    }
    const nodes = await pair({ trust })
    await nodes.server.services.rpc.serve(ConformanceService, conformance, { trustFunction: 'admin' })
    const refused = await failureOf(clientOf(nodes).unary({}))
    expect(refused).toMatchObject({ code: Code.PermissionDenied, rawMessage: 'this needs the function admin' })
    await clientOf(nodes).unary({})
    expect(asked).toEqual(Array(2).fill(`${nodes.caller.peerId.toString()} admin`))

    const closed = await pair()
    await closed.server.services.rpc.serve(ConformanceService, conformance, { trustFunction: 'admin' })
    expect((await failureOf(clientOf(closed).unary({}))).code).toBe(Code.PermissionDenied)
  })

  it('is asked by method where methods have functions of their own', async () => {
    const asked: string[] = []
    const trust: TrustPolicy = {
      decide: (_subject, trustFunction) => {
        asked.push(trustFunction)
        return { allow: true, reason: 'a test' }
      }
    }
    const nodes = await pair({ trust })
    await nodes.server.services.rpc.serve(ConformanceService, conformance, {
      trustFunction: 'rest',
      trustFunctions: { unary: 'one' }
    })
    await clientOf(nodes).unary({})
    for await (const _ of clientOf(nodes).serverStream({ count: 1 })) continue
    expect(asked).toEqual(['one', 'rest'])
  })
})

describe('around a call', () => {
  it('interceptors run on both sides, the outermost first, and know the caller', async () => {
    const seen: string[] = []
    const note =
      (name: string): Interceptor =>
      next =>
      async request => {
        const caller = request.contextValues.get(callerKey)
        seen.push(caller?.kind === 'peer' ? `${name} ${caller.route.path}` : name)
        return await next(request)
      }
    const nodes = await pair({ interceptors: [note('node')] })
    await nodes.server.services.rpc.serve(ConformanceService, conformance, { interceptors: [note('service')] })
    const interceptors = [note('outer'), note('inner')]
    await nodes.caller.services.rpc.client(ConformanceService, nodes.server.peerId, { interceptors }).unary({})
    expect(seen).toEqual(['outer', 'inner', 'node direct', 'service direct'])
  })

  it('typed details cross, and what is internal does not', async () => {
    const nodes = await pair()
    await nodes.server.services.rpc.serve(ConformanceService, {
      unary: () => {
        throw rpcError(Code.NotFound, new NoServingPeerError('no such room', { hint: 'ask for another' }))
      },
      // oxlint-disable-next-line require-yield
      async *serverStream() {
        throw new Error('/etc/secret at line 1')
      }
    })
    const failure = await failureOf(clientOf(nodes).unary({}))
    expect(failure.findDetails(ErrorInfoSchema)).toHaveLength(1)
    expect(describeRpcFailure(failure)).toEqual({
      code: Code.NotFound,
      name: 'NoServingPeerError',
      message: 'no such room',
      hint: 'ask for another'
    })
    const hidden = await failureOf(clientOf(nodes).serverStream({})[Symbol.asyncIterator]().next())
    expect(hidden).toMatchObject({ code: Code.Internal, rawMessage: 'internal error' })
    expect(JSON.stringify(hidden.details)).not.toContain('secret')
  })

  it('what was called wrongly here is described with a hint too', async () => {
    const caller = await rpcNode()
    const failure = await failureOf(caller.services.rpc.client(ConformanceService, 'any').unary({}))
    expect(describeRpcFailure(failure)).toMatchObject({ name: 'NoServingPeerError', hint: expect.any(String) })
  })

  it('metrics count by outcome, which no peer can choose', async () => {
    const metrics = new RecordedMetrics()
    const server = await rpcNode({}, { metrics: () => metrics.toMetrics() })
    const caller = await rpcNode()
    await caller.dial(server.getMultiaddrs())
    const unserve = await server.services.rpc.serve(ConformanceService, conformance)
    const client = caller.services.rpc.client(ConformanceService, server.peerId)
    await client.unary({})
    await failureOf(client.unary({ wish: { failCode: Code.NotFound, failMessage: 'x' } }))
    await drain(client.serverStream({ count: 2 }))
    await failureOf(drain(client.serverStream({ count: 2, wish: { failCode: Code.DataLoss } })))
    await unserve()
    await failureOf(client.unary({}))
    const count = (outcome: string): number => metrics.count('waystone_rpc_calls_total', outcome)
    await until(() => count('unimplemented') === 1)
    expect(['ok', 'not_found', 'data_loss'].map(count)).toEqual([2, 1, 1])
    expect([...metrics.counts.keys()].filter(name => name.startsWith('waystone_rpc'))).toHaveLength(4)
    expect(metrics.gauges.get('waystone_rpc_running_calls')?.()).toBe(0)
  })
})
