import { create, toBinary } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { errorFromJson } from '@connectrpc/connect/protocol-connect'
import { stop } from '@libp2p/interface'
import { RecordedMetrics, until } from '@waystone/kit/testing'
import { RPC_PROTOCOL } from '@waystone/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeResponseHead } from '../src/codec.ts'
import { describeRpcFailure } from '../src/index.ts'
import { hello } from './attack.ts'
import { conformance } from './conformance-service.ts'
import { ClientStreamRequestSchema, ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, rpcNode } from './nodes.ts'
import { envelope, PROTO, RawStream, STREAM } from './raw-stream.ts'
import type { ServiceImpl } from '@connectrpc/connect'
import type { RpcFailure } from '../src/index.ts'
import type { RpcNode } from './nodes.ts'
import type { RawAnswer } from './raw-stream.ts'

afterEach(cleanUp)

interface Served {
  raw: RawStream
  server: RpcNode
  /** Calls that ended so. */
  count: (outcome: string) => number
}

async function served(handlers: Partial<ServiceImpl<typeof ConformanceService>> = {}): Promise<Served> {
  const metrics = new RecordedMetrics()
  const server = await rpcNode({}, { metrics: () => metrics.toMetrics() })
  await server.services.rpc.serve(ConformanceService, { ...conformance, ...handlers })
  const connection = await (await rpcNode()).dial(server.getMultiaddrs())
  const count = (outcome: string): number => metrics.count('waystone_rpc_calls_total', outcome)
  return { raw: await RawStream.open(connection), server, count }
}

/** The error of an answer, as one message or as the end of a stream of them. */
function failureIn({ status, text }: RawAnswer): RpcFailure {
  const json: unknown = JSON.parse(text.slice(text.indexOf('{')))
  const error = status === 200 ? (json as { error: unknown }).error : json
  return describeRpcFailure(errorFromJson(error as never, undefined, new ConnectError('no error', Code.Unknown)))
}

const JSON_UNARY = { 'content-type': 'application/json' }
const JSON_STREAM = { 'content-type': 'application/connect+json' }
const GARBAGE = Uint8Array.of(0xff, 0xff)
// groups in a field that no message has
const DEEP = new Uint8Array(2_000).fill(0x7b, 0, 1_000).fill(0x7c, 1_000)
const text = (json: string): Uint8Array => Buffer.from(json)
const FIRST = envelope(toBinary(ClientStreamRequestSchema, create(ClientStreamRequestSchema, { text: 'first' })))
const UNREADABLE = { code: Code.InvalidArgument, name: 'RequestUnreadableError', hint: expect.any(String) }

describe('a request that cannot be read', () => {
  it.each<[string, string, Record<string, string>, Uint8Array]>([
    ['malformed', 'Unary', PROTO, GARBAGE],
    ['nested 1,000 deep', 'Unary', PROTO, DEEP],
    ['no JSON', 'Unary', JSON_UNARY, text('{"text":')],
    ['JSON of another type', 'Unary', JSON_UNARY, text('{"text":5}')],
    ['JSON that is nested without end', 'Unary', JSON_UNARY, text('['.repeat(100_000))],
    ['malformed, for a stream', 'ServerStream', STREAM, envelope(GARBAGE)],
    ['nested 1,000 deep, for a stream', 'ServerStream', STREAM, envelope(DEEP)],
    ['no JSON, for a stream', 'ServerStream', JSON_STREAM, envelope(text('{'))],
    ['malformed, the first of a stream', 'ClientStream', STREAM, envelope(GARBAGE)],
    ['malformed, the second of a stream', 'ClientStream', STREAM, Buffer.concat([FIRST, envelope(GARBAGE)])],
    ['malformed, the second of a conversation', 'BidiStream', STREAM, Buffer.concat([FIRST, envelope(GARBAGE)])],
    ['compressed, which nobody offered', 'ClientStream', STREAM, envelope(hello, 1)],
    ['cut off', 'ClientStream', STREAM, FIRST.subarray(0, -1)]
  ])('as it is %s, is a fault of the caller by name; the stream goes on', async (_, method, headers, body) => {
    const { raw, count } = await served()
    expect(failureIn(await raw.call(method, headers, body))).toMatchObject(UNREADABLE)
    expect(await raw.call('Unary', PROTO, hello)).toMatchObject({ status: 200 })
    await until(() => count('ok') === 1)
    expect(['invalid_argument', 'internal'].map(count)).toEqual([1, 0])
  })

  it('because it is not framed well is told by the same name', async () => {
    const { raw, count } = await served()
    await raw.head('Unary', PROTO)
    raw.stream.send(Uint8Array.of(1, 9))
    expect(failureIn(await raw.answer())).toMatchObject(UNREADABLE)
    await until(() => count('invalid_argument') === 1)
  })

  it('comes to no handler', async () => {
    let handled = 0
    const { raw } = await served({ unary: () => (handled++, {}) })
    await raw.call('Unary', PROTO, DEEP)
    await raw.call('Unary', PROTO, hello)
    expect(handled).toBe(1)
  })
})

/** A node whose answers cannot be read. */
async function liar(): Promise<RpcNode> {
  const node = await rpcNode()
  await stop(node.services.rpc)
  await node.handle(RPC_PROTOCOL, async stream => {
    const raw = new RawStream(stream)
    await raw.send('head', encodeResponseHead({ status: 200, header: new Headers(PROTO) }))
    await raw.send('body', GARBAGE)
    await raw.send('trailers')
  })
  return node
}

describe('a handler that cannot read the answer of somebody else', () => {
  it.each<[string, Record<string, string>, Uint8Array]>([
    ['Unary', PROTO, hello],
    ['ServerStream', STREAM, envelope(new Uint8Array())],
    ['ClientStream', STREAM, FIRST]
  ])('fails as internal: %s', async (method, headers, body) => {
    const target = (await liar()).getMultiaddrs()
    const ask = async (): Promise<never> => {
      await server.services.rpc.client(ConformanceService, target).unary({})
      throw new Error('the answer was read')
    }
    const { raw, server, count } = await served({
      unary: ask,
      async *serverStream() {
        yield await ask()
      },
      async clientStream(requests) {
        for await (const _ of requests) await ask()
        return {}
      }
    })
    const failure = failureIn(await raw.call(method, headers, body))
    expect(failure).toMatchObject({ code: Code.Internal, message: expect.stringContaining('parse binary') })
    await until(() => count('internal') === 1)
    expect(count('invalid_argument')).toBe(0)
  })
})
