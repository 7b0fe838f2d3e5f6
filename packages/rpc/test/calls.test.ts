import { Code, ConnectError } from '@connectrpc/connect'
import { RPC_PROTOCOL } from '@waystone/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { conformance } from './conformance-service.ts'
import { ConformanceService, UnservedService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, pair } from './nodes.ts'
import type { Client } from '@connectrpc/connect'
import type { Pair } from './nodes.ts'

afterEach(cleanUp)

async function connected(): Promise<Pair & { client: Client<typeof ConformanceService> }> {
  const nodes = await pair()
  await nodes.server.services.rpc.serve(ConformanceService, conformance)
  return { ...nodes, client: nodes.caller.services.rpc.client(ConformanceService, nodes.server.peerId) }
}

async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  return ConnectError.from(
    await call.then(
      () => new Error('the call did not fail'),
      (error: unknown) => error
    )
  )
}

describe('calls', () => {
  it('answers a unary call and says who called', async () => {
    const { client, caller } = await connected()
    const answer = await client.unary({ text: 'hello' })
    expect(answer.text).toBe('hello')
    expect(answer.caller).toBe(`${caller.peerId.toString()} direct`)
  })

  it('carries many calls one after another on one stream', async () => {
    const { client, connection } = await connected()
    for (let index = 0; index < 20; index++) await client.unary({ text: String(index) })
    expect(connection.streams.filter(({ protocol }) => protocol === RPC_PROTOCOL)).toHaveLength(1)
  })

  it('streams both ways', async () => {
    const { client } = await connected()
    const seen: string[] = []
    const requests = (async function* () {
      yield { text: 'a' }
      yield { text: 'b' }
    })()
    for await (const { text } of client.bidiStream(requests)) seen.push(text)
    expect(seen).toEqual(['a', 'b'])
  })

  it('streams from the server with headers and trailers', async () => {
    const { client } = await connected()
    const got: { header?: string | null; trailer?: string | null } = {}
    const texts: number[] = []
    const stream = client.serverStream(
      { text: 'x', count: 3, wish: { header: 'h', trailer: 't', failAfter: 10 } },
      {
        onHeader: header => (got.header = header.get('x-wish')),
        onTrailer: trailer => (got.trailer = trailer.get('x-wish-end'))
      }
    )
    for await (const { index } of stream) texts.push(index)
    expect(texts).toEqual([0, 1, 2])
    expect(got).toEqual({ header: 'h', trailer: 't' })
  })

  it('ends a call that takes too long, on both sides', async () => {
    const { client } = await connected()
    const error = await failureOf(client.unary({ wish: { hang: true } }, { timeoutMs: 50 }))
    expect(error.code).toBe(Code.DeadlineExceeded)
  })

  it('keeps internal messages to itself', async () => {
    const { client } = await connected()
    const error = await failureOf(client.unary({ wish: { throwPlain: true } }))
    expect(error.code).toBe(Code.Internal)
    expect(error.message).not.toContain('secret')
  })

  it('says that a method is unknown', async () => {
    const { caller, server } = await pair()
    const error = await failureOf(caller.services.rpc.client(ConformanceService, server.peerId).unary({}))
    expect(error.code).toBe(Code.Unimplemented)
  })

  it('makes the next call on the stream of one that was refused before all of it was read', async () => {
    const { client, caller, server, connection } = await connected()
    await failureOf(caller.services.rpc.client(UnservedService, server.peerId).call({}))
    const [refused] = connection.streams.filter(({ protocol }) => protocol === RPC_PROTOCOL)
    await client.unary({})
    const streams = connection.streams.filter(({ protocol }) => protocol === RPC_PROTOCOL)
    expect(streams.map(({ id }) => id)).toEqual([refused?.id])
  })
})
