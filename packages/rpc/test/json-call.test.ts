import { Code, ConnectError } from '@connectrpc/connect'
import { encodeEnvelope } from '@connectrpc/connect/protocol'
import { ManualClock, until } from '@waystone/kit/testing'
import { systemClock } from '@waystone/kit'
import { afterEach, describe, expect, it } from 'vitest'
import { describeRpcFailure } from '../src/index.ts'
import { callJson } from '../src/json-call.ts'
import { conformance } from './conformance-service.ts'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, pair } from './nodes.ts'
import type { UniversalClientRequest, UniversalClientResponse } from '@connectrpc/connect/protocol'
import type { JsonCallOptions } from '../src/index.ts'

afterEach(cleanUp)

const SERVICE = ConformanceService.typeName

async function caller(): Promise<
  (method: string, messages: string[], options?: JsonCallOptions) => AsyncIterable<string>
> {
  const { caller: node, server } = await pair()
  await server.services.rpc.serve(ConformanceService, conformance)
  return (method, ...rest) => node.services.rpc.callJson(server.peerId, `${SERVICE}/${method}`, ...rest)
}

async function listed(lines: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = []
  for await (const line of lines) seen.push(line)
  return seen
}

async function all(lines: AsyncIterable<string>): Promise<unknown[]> {
  return (await listed(lines)).map(line => JSON.parse(line) as unknown)
}

async function failureOf(lines: AsyncIterable<string>): Promise<ReturnType<typeof describeRpcFailure>> {
  return describeRpcFailure(await listed(lines).catch((error: unknown) => error))
}

describe('a call in JSON without types', () => {
  it('reaches all four kinds of methods', async () => {
    const call = await caller()
    expect(await all(call('Unary', ['{"text":"hello"}']))).toMatchObject([{ text: 'hello' }])
    expect(await all(call('ServerStream', ['{"text":"x","count":2}']))).toEqual([
      { text: 'x' },
      { text: 'x', index: 1 }
    ])
    expect(await all(call('ClientStream', ['{"text":"a"}', '{"text":"b"}']))).toEqual([{ texts: ['a', 'b'] }])
    expect(await all(call('ClientStream', ['{"text":"a"}']))).toEqual([{ texts: ['a'] }])
    expect(await all(call('ClientStream', []))).toEqual([{}])
    expect(await all(call('BidiStream', ['{"text":"a"}', '{"text":"b"}']))).toEqual([{ text: 'a' }, { text: 'b' }])
  })

  it('gets errors with their name and hint, after the messages before them', async () => {
    const call = await caller()
    const wish = {
      failCode: Code.NotFound,
      failMessage: 'gone',
      errorName: 'GoneError',
      errorHint: 'look',
      failAfter: 1
    }
    const failure = { code: Code.NotFound, name: 'GoneError', message: 'gone', hint: 'look' }
    expect(await failureOf(call('Unary', [JSON.stringify({ wish })]))).toEqual(failure)
    const seen: string[] = []
    const streamed = (async function* () {
      for await (const line of call('ServerStream', [JSON.stringify({ text: 'x', wish })]))
        yield (seen[seen.length] = line)
    })()
    expect(await failureOf(streamed)).toEqual(failure)
    expect(seen).toHaveLength(1)
  })

  it('says when the method or a field is unknown', async () => {
    const call = await caller()
    expect(await failureOf(call('Nothing', ['{}']))).toMatchObject({ code: Code.Unimplemented })
    expect(await failureOf(call('Unary', ['{"text":1}']))).toMatchObject({ code: Code.InvalidArgument })
  })

  it('refuses what is no method and no message before it asks anybody', async () => {
    const call = await caller()
    expect(await failureOf(call('', ['{}']))).toMatchObject({ message: expect.stringContaining('is no method') })
    for (const message of ['', '{', 'x', '{"a":1} {"b":2}', `"${'x'.repeat(2 ** 20)}"`])
      await expect(listed(call('Unary', [message]))).rejects.toMatchObject({ name: 'JsonMessageInvalidError' })
    await expect(listed(call('Unary/../x', ['{}']))).rejects.toMatchObject({ name: 'ProcedureInvalidError' })
  })

  it('ends when its caller wants no more, and stops the other side', async () => {
    const { caller: node, server, connection } = await pair()
    await server.services.rpc.serve(ConformanceService, conformance)
    for await (const _ of node.services.rpc.callJson(server.peerId, `/${SERVICE}/ServerStream`, ['{}'])) break
    await until(() => connection.streams.length === 0)
    expect(connection.status).toBe('open')
  })

  it('ends with its deadline and with its signal', async () => {
    const call = await caller()
    const hang = ['{"wish":{"hang":true}}']
    expect(await failureOf(call('Unary', hang, { timeoutMs: 20 }))).toMatchObject({ code: Code.DeadlineExceeded })
    expect(await failureOf(call('BidiStream', [...hang, '{}'], { timeoutMs: 20 }))).toMatchObject({
      code: Code.DeadlineExceeded
    })
    const controller = new AbortController()
    const cancelled = failureOf(call('Unary', hang, { signal: controller.signal }))
    controller.abort()
    expect(await cancelled).toMatchObject({ code: Code.Canceled })
  })
})

describe('a peer that answers a JSON call badly', () => {
  function answered(response: Partial<UniversalClientResponse> & { bytes?: Uint8Array[] }): AsyncIterable<string> {
    const httpClient = async (request: UniversalClientRequest): Promise<UniversalClientResponse> => {
      const isUnary = request.header.get('content-type') === 'application/json'
      if (isUnary && response.status === undefined) return answer({ status: 415 })
      return answer(response)
    }
    return callJson({ httpClient, clock: systemClock, procedure: 'a.B/C', messages: ['{}'] })
  }

  function answer({ status = 200, bytes = [] }: { status?: number; bytes?: Uint8Array[] }): UniversalClientResponse {
    const body = (async function* () {
      yield* bytes
    })()
    return { status, body, header: new Headers(), trailer: new Headers() }
  }

  const text = (content: string): Uint8Array => new TextEncoder().encode(content)

  it.each<[string, Parameters<typeof answered>[0], Code]>([
    ['that is no JSON', { bytes: [encodeEnvelope(0, text('{'))] }, Code.Internal],
    ['that is no text', { bytes: [encodeEnvelope(0, Uint8Array.of(0xff))] }, Code.Internal],
    ['that is compressed', { bytes: [encodeEnvelope(1, text('{}'))] }, Code.Internal],
    ['that is nested without end', { bytes: [encodeEnvelope(0, text('['.repeat(2 ** 19)))] }, Code.Internal],
    ['that claims 4 GiB', { bytes: [Uint8Array.of(0, 255, 255, 255, 255)] }, Code.ResourceExhausted],
    ['that ends in the middle', { bytes: [encodeEnvelope(0, text('{}'))] }, Code.DataLoss],
    ['that takes no JSON at all', { status: 415 }, Code.Unimplemented],
    ['with a status and no body', { status: 503 }, Code.Unavailable],
    ['with a broken error', { status: 404, bytes: [text('[]')] }, Code.Unimplemented],
    ['with an end that is no JSON', { bytes: [encodeEnvelope(2, text('{'))] }, Code.Unknown]
  ])('gets an answer %s refused', async (_what, response, code) => {
    expect(await failureOf(answered(response))).toMatchObject({ code })
  })

  it('brings no control characters and no second line', async () => {
    const lines = await listed(answered({ status: 200, bytes: [text('{\n"a":"\\u001b[2J"\n}')] }))
    expect(lines).toEqual([String.raw`{"a":"\u001b[2J"}`])
  })

  it('is left at the deadline when it never answers', async () => {
    const clock = new ManualClock()
    const httpClient = (request: UniversalClientRequest): Promise<UniversalClientResponse> =>
      new Promise((_, reject) => request.signal?.addEventListener('abort', () => reject(new ConnectError('gone'))))
    const failure = failureOf(callJson({ httpClient, clock, procedure: 'a.B/C', messages: ['{}'] }))
    await clock.advance(30_000)
    expect(await failure).toMatchObject({ code: Code.DeadlineExceeded })
  })
})
