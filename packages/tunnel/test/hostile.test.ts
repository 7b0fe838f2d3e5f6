import { once } from 'node:events'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { framed } from '@waystone/kit'
import { ManualClock, until } from '@waystone/kit/testing'
import { TUNNEL_PROTOCOL } from '@waystone/wire'
import { OpenTunnelSchema, TunnelOpenedSchema, TunnelResult } from '@waystone/wire/tunnel'
import { Uint8ArrayList } from 'uint8arraylist'
import { afterEach, describe, expect, it } from 'vitest'
import { MAX_PENDING_HEADS, WINDOW_BYTES } from '../src/constants.ts'
import { cleanUp, client, echo, failureOf, pair, readAll, target, tunnelNode } from './nodes.ts'
import type { Connection, Stream } from '@libp2p/interface'
import type { Pair } from './nodes.ts'

afterEach(cleanUp)

const CAP = { maxLength: 1_000_000 }

/** A stream whose other end runs the service. */
async function raw(connection: Connection): Promise<Stream> {
  return await connection.newStream(TUNNEL_PROTOCOL, { maxOutboundStreams: 10_000 })
}

async function ask(stream: Stream, name: string, window = WINDOW_BYTES) {
  const frames = framed(stream, CAP)
  await frames.write(toBinary(OpenTunnelSchema, create(OpenTunnelSchema, { name, window })))
  return frames
}

/** What is asked for and how it is answered. */
async function answerTo(connection: Connection, name: string): Promise<TunnelResult> {
  const stream = await raw(connection)
  const frame = await (await ask(stream, name)).read()
  await stream.close()
  return fromBinary(TunnelOpenedSchema, frame?.subarray() ?? new Uint8Array()).result
}

async function expectStillWorking({ local }: Pair): Promise<void> {
  const socket = await client(local)
  socket.end('hello')
  expect((await readAll(socket)).toString()).toBe('hello')
}

async function gone(stream: Stream): Promise<void> {
  await until(() => stream.status !== 'open')
}

describe('an exposing peer', () => {
  it.each([
    ['garbage', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ['a head over the cap', new Uint8Array(300).fill(0x81, 0, 1).fill(1, 1, 2)],
    ['a frame of 64 KiB announced', Uint8Array.of(0x80, 0x80, 0x04, 1, 2, 3)],
    ['an empty head', Uint8Array.of(0)],
    ['no protobuf', Uint8Array.of(3, 0xff, 0xff, 0xff)],
    ['a window of nothing', Uint8Array.of(5, 0x0a, 3, 0x77, 0x65, 0x62)],
    ['64 KiB without a length', new Uint8Array(65_536).fill(0x80)]
  ])('resets a stream with %s', async (_, bytes) => {
    const nodes = await pair(await echo())
    const stream = await raw(nodes.connection)
    stream.send(bytes)
    await gone(stream)
    expect(stream.status).toBe('reset')
    await expectStillWorking(nodes)
  })

  it.each([
    ['never', new Uint8Array()],
    ['only half-way', Uint8Array.of(20, 0x0a, 3)]
  ])('resets a stream whose head comes %s', async (_, bytes) => {
    const clock = new ManualClock()
    const nodes = await pair(await echo(), { exposer: { clock } })
    const stream = await raw(nodes.connection)
    if (bytes.length > 0) stream.send(bytes)
    await until(() => clock.pending > 0)
    await clock.advance(10_000)
    await gone(stream)
    expect(clock.pending).toBe(0)
    await expectStillWorking(nodes)
  })

  it('gives up on a stream that is closed in the middle of its head', async () => {
    const nodes = await pair(await echo())
    const stream = await raw(nodes.connection)
    stream.send(Uint8Array.of(20, 0x0a, 3))
    await stream.close()
    await gone(stream)
    await expectStillWorking(nodes)
  })

  it('answers a name that is not there and one that is not allowed alike', async () => {
    const nodes = await pair(await echo(), { allow: [] })
    const answers = ['web', 'other', '', 'WEB', 'x'.repeat(100)].map(name => answerTo(nodes.connection, name))
    expect(new Set(await Promise.all(answers))).toEqual(new Set([TunnelResult.REFUSED]))
    expect(nodes.exposed).toMatchObject([{ kind: 'refused', peer: nodes.forwarder.peerId }])
  })

  it('takes tunnels while strangers hold many streams without a head', async () => {
    const nodes = await pair(await echo())
    const flooder = await tunnelNode()
    const streams: Stream[] = []
    for (let round = 0; round < 3; round++) {
      const connection = await flooder.dial(nodes.exposer.getMultiaddrs(), { force: true })
      for (let count = 0; count < 100; count++) streams.push(await raw(connection))
    }
    await expectStillWorking(nodes)
    await until(() => streams.filter(({ status }) => status === 'open').length <= MAX_PENDING_HEADS)
  })

  it('survives 10,000 streams that are opened at once', async () => {
    const nodes = await pair(await echo())
    const flooder = await tunnelNode()
    const connection = await flooder.dial(nodes.exposer.getMultiaddrs(), { force: true })
    const attempts = Array.from({ length: 10_000 }, async () => await raw(connection))
    const opened = await Promise.allSettled(attempts)
    expect(opened.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0)
    await expectStillWorking(nodes)
    const inbound = nodes.exposer.getConnections(flooder.peerId).flatMap(({ streams }) => streams)
    expect(inbound.filter(({ protocol }) => protocol === TUNNEL_PROTOCOL).length).toBeLessThanOrEqual(512)
  })

  it.each([
    ['an unknown kind of frame', Uint8Array.of(1, 9)],
    ['an empty frame', Uint8Array.of(0)],
    ['credit without a number', Uint8Array.of(2, 1, 7)],
    ['an end with something in it', Uint8Array.of(2, 2, 2)],
    ['data without bytes', Uint8Array.of(1, 0)],
    ['a frame that is too long', Uint8Array.of(0x80, 0x80, 0x08)]
  ])('resets both ends of a tunnel with %s', async (_, bytes) => {
    const { promise: failure, resolve } = Promise.withResolvers<string | undefined>()
    const nodes = await pair(await target(socket => void failureOf(socket).then(resolve)))
    const stream = await raw(nodes.connection)
    await (await ask(stream, 'web')).read()
    stream.send(bytes)
    await gone(stream)
    expect(await failure).toBe('ECONNRESET')
    await until(() => nodes.exposed.length === 2)
    expect(nodes.exposed[1]).toMatchObject({ failure: { name: 'TunnelProtocolError' } })
  })

  it('resets a tunnel with data after the end', async () => {
    const nodes = await pair(await target(() => {}))
    const stream = await raw(nodes.connection)
    await (await ask(stream, 'web')).read()
    stream.send(Uint8Array.of(1, 2, 2, 0, 0x78))
    await gone(stream)
    await until(() => nodes.exposed.length === 2)
    expect(nodes.exposed[1]).toMatchObject({ failure: { name: 'TunnelProtocolError' } })
  })

  it.each([
    ['long', 65_536],
    ['single bytes in', 1]
  ])('resets a tunnel whose %s frames overrun the window', async (_, length) => {
    const nodes = await pair(await target(socket => void socket.pause()))
    const stream = await raw(nodes.connection)
    const frames = await ask(stream, 'web')
    await frames.read()
    const frame = new Uint8Array(length + 1)
    // sends without regard to credit until it is thrown out
    await expect(
      (async () => {
        for (;;) await frames.writeV(Array.from({ length: 256 }, () => frame))
      })()
    ).rejects.toThrow()
    await until(() => nodes.exposed.length === 2)
    expect(nodes.exposed[1]).toMatchObject({ failure: { name: 'TunnelProtocolError' } })
  })

  it('sends no more than the window of a peer that gives no credit', async () => {
    const nodes = await pair(await target(socket => socket.write(Buffer.alloc(1_000_000))))
    const stream = await raw(nodes.connection)
    const frames = await ask(stream, 'web', 65_536)
    await frames.read()
    let received = 0
    while (received < 65_536) received += ((await frames.read()) ?? new Uint8ArrayList()).byteLength - 1
    expect(received).toBe(65_536)
    expect(nodes.exposer.services.tunnel.list()).toMatchObject([{ open: 1, bytesSent: 65_536 }])
  })

  it('counts what is open for each peer, and says so', async () => {
    const nodes = await pair(await echo(), { exposer: { maxTunnelsPerPeer: 2 } })
    const first = await client(nodes.local)
    const second = await client(nodes.local)
    first.write('1')
    second.write('2')
    await Promise.all([once(first, 'data'), once(second, 'data')])
    expect(await failureOf(await client(nodes.local))).toBe('ECONNRESET')
    expect(nodes.forwarded.at(-1)).toMatchObject({ kind: 'refused', reason: expect.stringContaining('too many') })
    first.end()
    await readAll(first)
    await until(() => nodes.exposer.services.tunnel.list()[0]?.open === 1)
    await expectStillWorking(nodes)
  })

  it.each(['maxTunnels', 'maxTunnelsPerName'])('counts by %s', async cap => {
    const nodes = await pair(await echo(), { exposer: { [cap]: 1 } })
    const first = await client(nodes.local)
    first.write('1')
    await once(first, 'data')
    expect(await answerTo(nodes.connection, 'web')).toBe(TunnelResult.BUSY)
  })
})
