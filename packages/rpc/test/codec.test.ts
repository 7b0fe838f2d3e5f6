import { readFileSync } from 'node:fs'
import { ManualClock, until } from '@waystone/kit/testing'
import { streamPair } from '@libp2p/utils'
import { RPC_HEAD_MAX_BYTES, RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import * as fc from 'fast-check'
import { Uint8ArrayList } from 'uint8arraylist'
import { describe, expect, it } from 'vitest'
import { CallStream } from '../src/call-stream.ts'
import {
  decodeCredit,
  decodeFrame,
  decodeRequestHead,
  decodeResponseHead,
  decodeTrailers,
  encodeCredit,
  encodeFrame,
  encodeRequestHead,
  encodeResponseHead,
  encodeTrailers
} from '../src/codec.ts'
import { oneMessage, wholeMessages } from '../src/message-bytes.ts'
import { abortAfter } from '../src/abort-after.ts'
import { readChunks } from '@waystone/kit'
import { envelope } from './raw-stream.ts'
import type { Stream } from '@libp2p/interface'

const vectors: Record<string, string> = JSON.parse(readFileSync(new URL('vectors/rpc.json', import.meta.url), 'utf8'))

const request = {
  path: '/conformance.v1.ConformanceService/Unary',
  header: new Headers({ 'content-type': 'application/proto', 'connect-timeout-ms': '1000' })
}
const response = { status: 404, header: new Headers({ 'content-type': 'application/json' }) }

const encoded: Record<string, () => Uint8Array> = {
  requestHead: () => encodeFrame('head', encodeRequestHead(request)).subarray(),
  responseHead: () => encodeFrame('head', encodeResponseHead(response)).subarray(),
  body: () => encodeFrame('body', Uint8Array.of(1, 2, 3)).subarray(),
  credit: () => encodeFrame('credit', encodeCredit(1_114_112)).subarray(),
  noTrailers: () => encodeFrame('trailers', encodeTrailers(undefined)).subarray(),
  trailers: () => encodeFrame('trailers', encodeTrailers(new Headers({ 'x-end': 'Käse' }))).subarray()
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error)
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

describe('the wire format', () => {
  it.each(Object.keys(encoded))('encodes %s as in the golden vector', name => {
    expect(hex(encoded[name]!())).toBe(vectors[name])
  })

  it('sends a whole unary call as in the golden vector, its lengths included', async () => {
    const [local, remote] = await streamPair({ delay: 0 })
    await new CallStream(local).writeAll(encodeRequestHead(request), [Uint8Array.of(1, 2, 3)])
    await local.close()
    const bytes = new Uint8ArrayList()
    for await (const chunk of readChunks(remote)) bytes.append(chunk)
    expect(hex(bytes.subarray())).toBe(vectors['unaryCall'])
  })

  it('has a golden vector for each and none besides', () => {
    expect(Object.keys(vectors).sort()).toEqual([...Object.keys(encoded), 'unaryCall'].sort())
  })

  it('decodes what was encoded', () => {
    const head = decodeRequestHead(encodeRequestHead(request))
    expect({ ...head, header: [...head.header] }).toEqual({ ...request, header: [...request.header] })
    const answer = decodeResponseHead(encodeResponseHead(response))
    expect({ ...answer, header: [...answer.header] }).toEqual({ ...response, header: [...response.header] })
    expect(decodeTrailers(encodeTrailers(new Headers({ a: 'b' }))).get('a')).toBe('b')
    expect(decodeCredit(encodeCredit(2 ** 32 - 1))).toBe(2 ** 32 - 1)
  })
})

describe('any bytes', () => {
  it.each([decodeRequestHead, decodeResponseHead, decodeTrailers, decodeCredit])(
    'are read by %o or refused by name',
    decode => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
          try {
            decode(bytes)
          } catch (error) {
            expect(nameOf(error)).toBe('RpcFrameInvalidError')
          }
        }),
        { numRuns: 500 }
      )
    }
  )

  it('are a frame, or refused by name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), bytes => {
        try {
          expect(decodeFrame(new Uint8ArrayList(bytes)).bytes).toEqual(bytes.subarray(1))
        } catch (error) {
          expect(nameOf(error)).toBe('RpcFrameInvalidError')
          expect(bytes[0] ?? 9).toBeGreaterThan(3)
        }
      })
    )
  })
})

async function* listed(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}

function cut(bytes: Uint8Array, sizes: number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let start = 0, index = 0; start < bytes.byteLength; index++) {
    const end = start + (sizes[index % sizes.length] ?? 1)
    pieces.push(bytes.subarray(start, end))
    start = end
  }
  return pieces
}

const SIZES = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
const MAX_BYTES = 100

describe('messages', () => {
  it('come whole out of chunks that are cut anywhere', async () => {
    const messages = fc.array(fc.uint8Array({ maxLength: MAX_BYTES }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(messages, SIZES, async (list, sizes) => {
        const bytes = Buffer.concat(list.map(message => envelope(message)))
        const chunks = await joined(wholeMessages(listed(cut(new Uint8Array(bytes), sizes)), MAX_BYTES))
        expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
        // each chunk ends where a message does
        const ends = list.reduce<number[]>((all, { byteLength }) => [...all, (all.at(-1) ?? 0) + 5 + byteLength], [])
        let end = 0
        for (const chunk of chunks) expect(ends).toContain((end += chunk.byteLength))
      })
    )
  })

  it('that are too long are refused before they are there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: MAX_BYTES + 1, max: 2 ** 32 - 1 }), async length => {
        const head = new Uint8Array(5)
        new DataView(head.buffer).setUint32(1, length)
        await expect(joined(wholeMessages(listed([head]), MAX_BYTES))).rejects.toThrow('over the limit')
      })
    )
  })

  it('that are alone come in one piece, or are refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2 * MAX_BYTES }), SIZES, async (bytes, sizes) => {
        const read = joined(oneMessage(listed(cut(bytes, sizes)), MAX_BYTES))
        if (bytes.byteLength > MAX_BYTES) await expect(read).rejects.toThrow('over the limit')
        else expect(await read).toEqual(bytes.byteLength === 0 ? [] : [bytes])
      })
    )
  })
})

const ERRORS = new Set([
  'RpcFrameInvalidError',
  'CallBrokenError',
  'FrameTooLargeError',
  'FrameTruncatedError',
  'FrameLengthInvalidError',
  'DeadlineExceededError',
  'StreamResetError'
])

/** Reads a call as the server does; what it threw, if it did. */
async function readCall(stream: Stream, clock: ManualClock): Promise<{ bytes: number; error: string | undefined }> {
  const call = new CallStream(stream)
  using _ = abortAfter(stream, { ms: 10_000, what: 'a call', clock })
  let bytes = 0
  try {
    const head = await call.readHead()
    if (head !== undefined) {
      expect(head.byteLength).toBeLessThanOrEqual(RPC_HEAD_MAX_BYTES)
      decodeRequestHead(head)
      for await (const chunk of oneMessage(call.readBody(), RPC_MESSAGE_MAX_BYTES)) bytes += chunk.byteLength
    }
    return { bytes, error: undefined }
  } catch (error) {
    return { bytes, error: nameOf(error) }
  }
}

describe('a stream', () => {
  it('of any bytes, cut anywhere, ended or not, is read or refused by name within its deadline', async () => {
    const frame = fc.tuple(fc.constantFrom(0, 1, 2, 3, 4), fc.uint8Array({ maxLength: 50 }))
    const framed = fc
      .array(frame, { maxLength: 6 })
      .map(frames => Uint8Array.from(frames.flatMap(([kind, bytes]) => [bytes.byteLength + 1, kind, ...bytes])))
    const input = fc.oneof(fc.uint8Array({ maxLength: 300 }), framed)
    await fc.assert(
      fc.asyncProperty(input, SIZES, fc.boolean(), async (bytes, sizes, ends) => {
        const clock = new ManualClock()
        const [remote, local] = await streamPair({ delay: 0 })
        const reading = readCall(local, clock)
        for (const piece of cut(bytes, sizes)) if (remote.writeStatus === 'writable') remote.send(piece)
        if (ends) await remote.close().catch(() => {})
        let done = false
        void reading.finally(() => (done = true))
        await until(async () => {
          await clock.advance(10_000)
          return done
        })
        const { error } = await reading
        if (error !== undefined) expect(ERRORS).toContain(error)
        expect(clock.pending).toBe(0)
      }),
      { numRuns: 150 }
    )
  })

  it('carries a call that was cut anywhere as it was sent', async () => {
    const payload = fc.uint8Array({ maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(payload, SIZES, async (bytes, sizes) => {
        const [sender, wire] = await streamPair({ delay: 0 })
        await new CallStream(sender).writeAll(encodeRequestHead(request), [bytes])
        await sender.close()
        const sent = new Uint8ArrayList()
        for await (const chunk of readChunks(wire)) sent.append(chunk)
        const [remote, local] = await streamPair({ delay: 0 })
        const call = new CallStream(local)
        for (const piece of cut(sent.subarray(), sizes)) remote.send(piece)
        expect(decodeRequestHead((await call.readHead())!).path).toBe(request.path)
        expect(new Uint8Array(Buffer.concat(await joined(call.readBody())))).toEqual(bytes)
        expect(call.ended).toBe(true)
      }),
      { numRuns: 50 }
    )
  })

  it('takes bodies of any length in frames within the limit', async () => {
    const [sender, receiver] = await streamPair({ delay: 0 })
    const body = new Uint8Array(1_000_000).fill(3)
    const call = new CallStream(receiver)
    const sending = new CallStream(sender).writeAll(encodeRequestHead(request), [body])
    await call.readHead()
    expect(Buffer.concat(await joined(call.readBody())).equals(body)).toBe(true)
    await sending
  })
})
