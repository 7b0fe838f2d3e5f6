import { Code, ConnectError } from '@connectrpc/connect'
import { stop } from '@libp2p/interface'
import { nextTurn } from '@waystone/kit'
import { ManualClock, until } from '@waystone/kit/testing'
import { RPC_PROTOCOL } from '@waystone/wire'
import { RPC_HEAD_MAX_BYTES, RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeResponseHead } from '../src/codec.ts'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, pair, rpcNode } from './nodes.ts'
import { envelope, RawStream } from './raw-stream.ts'
import type { Client } from '@connectrpc/connect'
import type { Connection } from '@libp2p/interface'

afterEach(cleanUp)

interface Attacked {
  client: Client<typeof ConformanceService>
  connection: Connection
}

/** A peer that answers every stream as it likes. */
async function attackedBy(answer: Answer, clock?: ManualClock): Promise<Attacked> {
  const server = await rpcNode()
  await stop(server.services.rpc)
  await server.handle(RPC_PROTOCOL, stream => void answer(new RawStream(stream)).catch(() => {}))
  const caller = await rpcNode(clock === undefined ? {} : { clock })
  const connection = await caller.dial(server.getMultiaddrs())
  return { client: caller.services.rpc.client(ConformanceService, server.peerId), connection }
}

async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  return ConnectError.from(
    await call.then(
      () => new Error('the call did not fail'),
      (error: unknown) => error
    )
  )
}

function callStreams({ streams }: Connection): number {
  return streams.filter(({ protocol }) => protocol === RPC_PROTOCOL).length
}

function head(type = 'application/proto', status = 200): Uint8Array {
  return encodeResponseHead({ status, header: new Headers({ 'content-type': type }) })
}

type Answer = (raw: RawStream) => Promise<void>
const wholeAnswers = new WeakSet<Answer>()

/** An answer that is framed well, whatever it says, leaves a stream for the next call. */
function whole(answer: Answer): Answer {
  wholeAnswers.add(answer)
  return answer
}

function kept(answer: Answer): number {
  return wholeAnswers.has(answer) ? 1 : 0
}

const STREAMED = 'application/connect+proto'

describe('a server that answers a unary call', () => {
  it.each<[string, Code, Answer]>([
    [
      'with a head that is too long',
      Code.ResourceExhausted,
      raw => raw.send('head', new Uint8Array(RPC_HEAD_MAX_BYTES + 1))
    ],
    ['with a head of garbage', Code.Internal, raw => raw.send('head', Uint8Array.of(0xff))],
    ['with no head', Code.Internal, raw => raw.send('trailers')],
    ['with garbage', Code.Internal, async raw => void raw.stream.send(new Uint8Array(20).fill(0xff))],
    ['with an empty frame', Code.Internal, async raw => void raw.stream.send(Uint8Array.of(0))],
    [
      'with two heads',
      Code.Internal,
      async raw => {
        await raw.send('head', head())
        await raw.send('head', head())
      }
    ],
    [
      'with a message that is too long',
      Code.ResourceExhausted,
      async raw => {
        await raw.send('head', head())
        for (let sent = 0; sent <= RPC_MESSAGE_MAX_BYTES; sent += 65_536) await raw.send('body', new Uint8Array(65_536))
      }
    ],
    [
      'with a message that cannot be read',
      Code.Internal,
      whole(async raw => {
        await raw.send('head', head())
        await raw.send('body', Uint8Array.of(0xff, 0xff))
        await raw.send('trailers')
      })
    ],
    [
      'with another content type',
      Code.Unknown,
      whole(async raw => {
        await raw.send('head', head('text/html'))
        await raw.send('trailers')
      })
    ],
    [
      'with a status of its own',
      Code.Unknown,
      whole(async raw => {
        await raw.send('head', head('text/html', 4_294_967_295))
        await raw.send('trailers')
      })
    ],
    ['by closing the stream', Code.Unavailable, raw => raw.stream.close()],
    ['by resetting the stream', Code.Unavailable, async raw => raw.stream.abort(new Error('no'))],
    [
      'half, and then closes the stream',
      Code.Unavailable,
      async raw => {
        await raw.send('head', head())
        await raw.stream.close()
      }
    ]
  ])('%s makes it fail', async (_, code, answer) => {
    const { client, connection } = await attackedBy(answer)
    expect((await failureOf(client.unary({}))).code).toBe(code)
    await until(() => callStreams(connection) <= kept(answer))
  })

  it('never, or with frames of nothing without end, is left at the deadline', async () => {
    for (const answer of [
      async () => {},
      async (raw: RawStream) => {
        await raw.send('head', head())
        for (;;) {
          await raw.send('body')
          await nextTurn()
        }
      }
    ]) {
      const { client, connection } = await attackedBy(answer)
      expect((await failureOf(client.unary({}, { timeoutMs: 50 }))).code).toBe(Code.DeadlineExceeded)
      await until(() => callStreams(connection) === 0)
    }
  })

  it('before it was asked to the end is heard', async () => {
    const { client } = await attackedBy(async raw => {
      await raw.send('head', head('application/json', 403))
      await raw.send('body', Buffer.from('{"code":"permission_denied","message":"no"}'))
      await raw.send('trailers')
      while ((await raw.read()) !== undefined);
    })
    const error = await failureOf(client.unary({ payload: new Uint8Array(1_000_000) }))
    expect(error).toMatchObject({ code: Code.PermissionDenied, rawMessage: 'no' })
  })
})

describe('a server that streams', () => {
  async function readAll(client: Client<typeof ConformanceService>): Promise<void> {
    for await (const _ of client.serverStream({}));
  }

  it.each<[string, Code, Answer]>([
    ['an envelope of 4 GiB', Code.ResourceExhausted, raw => raw.send('body', Uint8Array.of(0, 255, 255, 255, 255))],
    ['what is no message', Code.Internal, raw => raw.send('body', envelope(Uint8Array.of(0xff, 0xff)))],
    ['a compressed message', Code.Internal, raw => raw.send('body', envelope(Uint8Array.of(1), 1))],
    [
      'and leaves out the end',
      Code.InvalidArgument,
      whole(async raw => {
        await raw.send('body', envelope(new Uint8Array()))
        await raw.send('trailers')
      })
    ],
    [
      'half a message',
      Code.InvalidArgument,
      whole(async raw => {
        await raw.send('body', envelope(new Uint8Array(10)).subarray(0, 9))
        await raw.send('trailers')
      })
    ],
    ['trailers that are too long', Code.ResourceExhausted, raw => raw.send('trailers', new Uint8Array(20_000))],
    ['trailers of garbage', Code.Internal, raw => raw.send('trailers', Uint8Array.of(0xff))]
  ])('%s makes the call fail', async (_, code, answer) => {
    const { client, connection } = await attackedBy(async raw => {
      await raw.send('head', head(STREAMED))
      await answer(raw)
    })
    expect((await failureOf(readAll(client))).code).toBe(code)
    await until(() => callStreams(connection) <= kept(answer))
  })
})

describe('a peer', () => {
  it('that does not even agree on the protocol in time is given up', async () => {
    const clock = new ManualClock()
    const { client, connection } = await attackedBy(async () => {}, clock)
    Object.defineProperty(connection, 'newStream', {
      value: async (_: string, { signal }: { signal: AbortSignal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    const failure = failureOf(client.clientStream((async function* () {})()))
    await until(() => clock.pending > 0)
    await clock.advance(10_000)
    expect((await failure).code).toBe(Code.Unavailable)
    expect(clock.pending).toBe(0)
  })

  it('whose connection is lost makes its calls fail as unavailable', async () => {
    const { caller, server, connection } = await pair()
    await server.services.rpc.serve(ConformanceService, {
      unary: async (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    const failure = failureOf(caller.services.rpc.client(ConformanceService, server.peerId).unary({}))
    await until(() => callStreams(server.getConnections()[0] ?? connection) === 1)
    connection.abort(new Error('the cable is cut'))
    expect((await failure).code).toBe(Code.Unavailable)
  })

  it('that cannot be reached, or named, says so', async () => {
    const caller = await rpcNode()
    const gone = await rpcNode()
    const address = gone.getMultiaddrs()
    await gone.stop()
    const { rpc } = caller.services
    expect((await failureOf(rpc.client(ConformanceService, address).unary({}))).code).toBe(Code.Unavailable)
    expect((await failureOf(rpc.client(ConformanceService, []).unary({}))).code).toBe(Code.InvalidArgument)
    expect((await failureOf(rpc.client(ConformanceService, 'any').unary({}))).code).toBe(Code.Unavailable)
  })
})
