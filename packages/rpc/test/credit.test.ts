import { streamPair } from '@libp2p/utils'
import { framed } from '@waystone/kit'
import { ManualClock, until } from '@waystone/kit/testing'
import { RPC_MESSAGE_MAX_BYTES, RPC_WINDOW_BYTES } from '@waystone/wire/rpc'
import { beforeEach, describe, expect, it } from 'vitest'
import { CallStream } from '../src/call-stream.ts'
import { decodeFrame, encodeCredit, encodeFrame } from '../src/codec.ts'
import type { Stream } from '@libp2p/interface'
import type { FramedStream } from '@waystone/kit'
import type { Frame, FrameKind } from '../src/codec.ts'

const HEAD = Uint8Array.of()
const PIECE_BYTES = 65_536
const FULL = new Uint8Array(RPC_WINDOW_BYTES)

/** The other side of a call, frame by frame. */
class Peer {
  readonly frames: FramedStream<Stream>

  constructor(stream: Stream) {
    this.frames = framed(stream, { maxLength: 4 * RPC_WINDOW_BYTES })
  }

  async send(kind: FrameKind, bytes: Uint8Array = new Uint8Array()): Promise<void> {
    await this.frames.write(encodeFrame(kind, bytes))
  }

  async credit(bytes: number): Promise<void> {
    await this.send('credit', encodeCredit(bytes))
  }

  async sendBody(length: number): Promise<void> {
    for (let left = length; left > 0; left -= PIECE_BYTES)
      await this.send('body', new Uint8Array(Math.min(left, PIECE_BYTES)))
  }

  async sendCall(length: number): Promise<void> {
    await this.send('head')
    await this.sendBody(length)
    await this.send('trailers')
  }

  async read(): Promise<Frame | undefined> {
    const frame = await this.frames.read()
    return frame === undefined ? undefined : decodeFrame(frame)
  }

  /** Reads so many bytes of a body. */
  async readBody(length: number): Promise<void> {
    for (let left = length; left > 0;) {
      const frame = await this.read()
      if (frame?.kind !== 'body') throw new Error(`${String(frame?.kind)} where a body belongs`)
      left -= frame.bytes.byteLength
      if (left < 0) throw new Error('more bytes than there should be')
    }
  }
}

let clock: ManualClock
let call: CallStream
let peer: Peer

/** A side that has begun a call, used up its window, and wants to send one byte more. */
async function waiting(options: { signal?: AbortSignal } = {}): Promise<{ writing: Promise<void> }> {
  await call.writeHead(HEAD)
  const writing = call.writeBody(FULL).then(async () => await call.writeBody(Uint8Array.of(7), options))
  writing.catch(() => {})
  expect((await peer.read())?.kind).toBe('head')
  await peer.readBody(RPC_WINDOW_BYTES)
  await until(() => clock.pending === 1)
  return { writing }
}

beforeEach(async () => {
  const [local, remote] = await streamPair({ delay: 0 })
  clock = new ManualClock()
  call = new CallStream(local, { ms: 30_000, clock })
  peer = new Peer(remote)
})

async function bodyOf(stream: CallStream): Promise<number> {
  let bytes = 0
  for await (const chunk of stream.readBody()) bytes += chunk.byteLength
  return bytes
}

describe('a side that has used up its window', () => {
  it('goes on when it is given credit, and leaves no timer', async () => {
    const { writing } = await waiting()
    await peer.credit(1)
    await writing
    expect((await peer.read())?.bytes).toEqual(Uint8Array.of(7))
    expect(clock.pending).toBe(0)
  })

  it('keeps what is for the reader until it comes, in order', async () => {
    const { writing } = await waiting()
    await peer.send('head', Uint8Array.of(9))
    for (const byte of [1, 2, 3]) await peer.send('body', Uint8Array.of(byte))
    await peer.send('body')
    await peer.send('trailers')
    await peer.credit(1)
    await writing
    expect(await call.readHead()).toEqual(Uint8Array.of(9))
    const chunks: Uint8Array[] = []
    for await (const chunk of call.readBody()) chunks.push(chunk)
    expect(chunks).toEqual([Uint8Array.of(1, 2, 3)])
    expect(call.ended).toBe(true)
  })

  it('shares what comes with a reader that waits too', async () => {
    const { writing } = await waiting()
    const reading = call.readHead()
    await peer.credit(1)
    await writing
    await peer.send('head', Uint8Array.of(9))
    expect(await reading).toEqual(Uint8Array.of(9))
  })

  it('reads for itself when the reader that it waited with gives up', async () => {
    await call.writeHead(HEAD)
    const controller = new AbortController()
    const reading = call.readHead({ signal: controller.signal })
    const writing = call.writeBody(new Uint8Array(RPC_WINDOW_BYTES + 1))
    await peer.read()
    await peer.readBody(RPC_WINDOW_BYTES)
    await until(() => clock.pending === 1)
    controller.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    await peer.credit(1)
    await writing
  })

  it('that gives up loses nothing of what the reader gets', async () => {
    const controller = new AbortController()
    const { writing } = await waiting({ signal: controller.signal })
    const reading = call.readHead()
    controller.abort(new Error('enough'))
    await expect(writing).rejects.toThrow('enough')
    await peer.send('head', Uint8Array.of(9))
    expect(await reading).toEqual(Uint8Array.of(9))
    expect(clock.pending).toBe(0)
  })

  it('resets the stream when nothing is taken for too long, whatever else comes', async () => {
    const { writing } = await waiting()
    await clock.advance(29_999)
    await peer.send('head')
    expect(call.stream.status).toBe('open')
    await clock.advance(1)
    await expect(writing).rejects.toThrow()
    expect(call.stream.status).toBe('aborted')
    expect(clock.pending).toBe(0)
  })

  it.each<[string, () => Promise<unknown>, string]>([
    ['is given credit for nothing', () => peer.credit(0), 'RpcFrameInvalidError'],
    ['is given credit for more than it sent', () => peer.credit(RPC_WINDOW_BYTES + 1), 'RpcFrameInvalidError'],
    ['is given credit for 4 GiB', () => peer.credit(2 ** 32 - 1), 'RpcFrameInvalidError'],
    ['is given credit that is none', () => peer.send('credit', new Uint8Array(5)), 'RpcFrameInvalidError'],
    ['is sent more than its own window', () => peer.sendCall(RPC_WINDOW_BYTES + 1), 'RpcFrameInvalidError'],
    ['is sent a second call', () => twoCalls(), 'RpcFrameInvalidError'],
    ['is left', () => peer.frames.unwrap().close(), 'CallBrokenError']
  ])('fails when it %s', async (_, act, name) => {
    const { writing } = await waiting()
    const acting = act().catch(() => {})
    await expect(writing).rejects.toMatchObject({ name })
    expect(clock.pending).toBe(0)
    call.stream.abort(new Error('over'))
    await acting
  })

  it('takes any number of small credits', async () => {
    const { writing } = await waiting()
    const more = writing.then(async () => await call.writeBody(new Uint8Array(5_000)))
    for (let index = 0; index < 5_001; index++) await peer.credit(1)
    await more
    await expect(peer.readBody(5_001)).resolves.toBeUndefined()
  })
})

async function twoCalls(): Promise<void> {
  await peer.send('head')
  await peer.send('trailers')
  await peer.send('head')
}

describe('a side that reads', () => {
  it('gives credit for what was taken, and none for the longest message', async () => {
    await peer.send('head')
    await call.readHead()
    const body = call.readBody()
    const sending = peer.sendBody(RPC_WINDOW_BYTES)
    let taken = 0
    while (taken < RPC_MESSAGE_MAX_BYTES) taken += (await body.next()).value?.byteLength ?? 0
    await call.writeBody(Uint8Array.of(1)).catch(() => {})
    expect((await peer.read())?.kind).toBe('body')
    while (taken < RPC_WINDOW_BYTES / 2) taken += (await body.next()).value?.byteLength ?? 0
    expect(await peer.read()).toEqual({ kind: 'credit', bytes: encodeCredit(taken) })
    call.stream.abort(new Error('over'))
    await sending.catch(() => {})
  })

  it('gives none after its own trailers when it serves', async () => {
    const sending = peer.sendCall(RPC_WINDOW_BYTES)
    await call.readHead()
    await call.writeAll(HEAD, [])
    expect(await bodyOf(call)).toBe(RPC_WINDOW_BYTES)
    await sending
    await call.stream.close()
    expect([await peer.read(), await peer.read(), await peer.read()].map(frame => frame?.kind)).toEqual([
      'head',
      'trailers',
      undefined
    ])
  })

  it('takes late credit before the next head, for what was sent in the call before and no more', async () => {
    await call.writeAll(HEAD, [new Uint8Array(1_000)])
    await peer.credit(400)
    await peer.credit(600)
    await peer.send('head', Uint8Array.of(9))
    expect(await call.readHead()).toEqual(Uint8Array.of(9))
    await peer.send('trailers')
    await bodyOf(call)
    await peer.credit(1)
    await expect(call.readHead()).rejects.toMatchObject({ name: 'RpcFrameInvalidError' })
  })
})
