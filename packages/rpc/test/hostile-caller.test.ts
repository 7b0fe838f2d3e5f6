import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { until } from '@waystone/kit/testing'
import { RPC_HEAD_MAX_BYTES, RPC_MESSAGE_MAX_BYTES, RPC_WINDOW_BYTES } from '@waystone/wire/rpc'
import { afterEach, describe, expect, it } from 'vitest'
import { Attack, hello, SECOND } from './attack.ts'
import {
  ClientStreamRequestSchema,
  UnaryRequestSchema,
  UnaryResponseSchema
} from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp } from './nodes.ts'
import { envelope, PROTO, STREAM } from './raw-stream.ts'

afterEach(cleanUp)

describe('a head', () => {
  it('that is too long resets the stream', async () => {
    const attack = await Attack.begin()
    await attack.raw.send('head', new Uint8Array(RPC_HEAD_MAX_BYTES + 1))
    expect(await attack.isReset()).toBe(true)
  })

  it('as long as the limit is read', async () => {
    const attack = await Attack.begin()
    await attack.raw.head('Unary', { ...PROTO, 'x-long': 'x'.repeat(RPC_HEAD_MAX_BYTES - 100) })
    await attack.raw.send('body', hello)
    await attack.raw.send('trailers')
    expect(await attack.raw.answer()).toMatchObject({ status: 200 })
  })

  it('that never comes resets the stream', async () => {
    const attack = await Attack.begin()
    await until(() => attack.clock.pending > 0)
    await attack.pass(10 * SECOND)
    expect(await attack.isReset()).toBe(true)
  })

  it('of which one byte comes now and then resets it at the same time', async () => {
    const attack = await Attack.begin()
    for (const byte of [50, 0, 10]) {
      attack.raw.stream.send(Uint8Array.of(byte))
      await attack.pass(3 * SECOND)
    }
    await attack.pass(SECOND)
    expect(await attack.isReset()).toBe(true)
  })

  it.each([
    ['of garbage', Uint8Array.of(0xff, 0xff, 0xff)],
    ['with a header that is none', Uint8Array.of(0x12, 5, 0x0a, 3, 0x61, 0x20, 0x0a)]
  ])('%s resets the stream', async (_, bytes) => {
    const attack = await Attack.begin()
    await attack.raw.send('head', bytes)
    expect(await attack.isReset()).toBe(true)
  })

  it.each(['body', 'trailers', 'credit'] as const)('missing before %s resets the stream', async kind => {
    const attack = await Attack.begin()
    await attack.raw.send(kind)
    expect(await attack.isReset()).toBe(true)
  })
})

describe('a request', () => {
  it('to an unknown method is refused; the stream goes on', async () => {
    const attack = await Attack.begin()
    expect(await attack.raw.call('Nothing', PROTO)).toMatchObject({ status: 501 })
    expect(await attack.isUsable()).toBe(true)
  })

  it.each(['text/html', 'application/grpc', 'application/connect+proto', ''])(
    'of the content type %j is refused; the stream goes on',
    async type => {
      const attack = await Attack.begin()
      const answer = await attack.raw.call('Unary', type === '' ? {} : { 'content-type': type }, hello)
      expect(answer).toMatchObject({ status: 415 })
      expect(await attack.isUsable()).toBe(true)
    }
  )

  it('over the limit is refused, and what still comes is dropped', async () => {
    const attack = await Attack.begin()
    await attack.raw.head('Unary', PROTO)
    const answer = attack.raw.answer()
    for (let sent = 0; sent <= 2 * RPC_MESSAGE_MAX_BYTES; sent += 65_536)
      await attack.raw.send('body', new Uint8Array(65_536))
    await attack.raw.send('trailers')
    expect(await answer).toMatchObject({ status: 429, text: expect.stringContaining('resource_exhausted') })
    expect(await attack.isUsable()).toBe(true)
  })

  it('beyond its window, which nobody wants any more, resets the stream', async () => {
    const attack = await Attack.begin()
    await attack.raw.head('Unary', PROTO)
    const sending = (async () => {
      for (let sent = 0; sent <= 2 * RPC_WINDOW_BYTES; sent += 65_536)
        await attack.raw.send('body', new Uint8Array(65_536))
    })().catch(() => {})
    expect(await attack.isReset()).toBe(true)
    await sending
  })

  it('with an envelope of 4 GiB is refused before it comes', async () => {
    const attack = await Attack.begin()
    await attack.raw.head('ClientStream', STREAM)
    await attack.raw.send('body', Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff))
    expect(await attack.raw.answer()).toMatchObject({ text: expect.stringContaining('resource_exhausted') })
  })

  it('with a body frame over the limit is refused', async () => {
    const attack = await Attack.begin()
    await attack.raw.head('Unary', PROTO)
    await attack.raw.send('body', new Uint8Array(200_000))
    expect(await attack.raw.answer()).toMatchObject({ status: 429 })
  })

  it.each([
    ['a frame of an unknown kind', Uint8Array.of(1, 9)],
    ['a frame without a kind', Uint8Array.of(0)],
    ['a second head', Uint8Array.of(1, 0)],
    ['trailers of garbage', Uint8Array.of(3, 2, 0xff, 0xff)],
    ['credit for what was not sent', Uint8Array.of(5, 3, 0, 0, 0, 1)],
    ['credit of three bytes', Uint8Array.of(4, 3, 0, 0, 1)],
    ['a length that is none', new Uint8Array(12).fill(0xff)]
  ])('with %s is refused', async (_, bytes) => {
    const attack = await Attack.begin()
    await attack.raw.head('Unary', PROTO)
    attack.raw.stream.send(bytes)
    expect(await attack.raw.answer()).toMatchObject({ status: 400, text: expect.stringContaining('invalid_argument') })
  })

  it('that promises more than it holds takes no memory for it', async () => {
    const attack = await Attack.begin()
    const answer = await attack.raw.call('Unary', { ...PROTO, 'content-length': '1048576' }, hello)
    expect(answer).toMatchObject({ status: 200 })
  })

  it('in frames of one byte, and of none, arrives', async () => {
    const attack = await Attack.begin()
    const payload = new Uint8Array(20_000).fill(7)
    const bytes = toBinary(UnaryRequestSchema, create(UnaryRequestSchema, { payload }))
    await attack.raw.head('Unary', PROTO)
    const frames = [...bytes].flatMap(byte => [2, 1, byte, 1, 1])
    attack.raw.stream.send(Uint8Array.from(frames))
    await attack.raw.send('trailers')
    const { body } = await attack.raw.answer()
    expect(fromBinary(UnaryResponseSchema, body).payload).toEqual(payload)
  })

  it('of more messages than are allowed is refused', async () => {
    const { raw } = await Attack.begin({}, {}, 2)
    const message = envelope(toBinary(ClientStreamRequestSchema, create(ClientStreamRequestSchema, { text: 'x' })))
    await raw.head('ClientStream', STREAM)
    for (let index = 0; index < 3; index++) await raw.send('body', message)
    expect(await raw.answer()).toMatchObject({ text: expect.stringContaining('resource_exhausted') })
  })
})
