import { streamPair } from '@libp2p/utils'
import { framed, readChunks } from '@waystone/kit'
import * as fc from 'fast-check'
import { Uint8ArrayList } from 'uint8arraylist'
import { describe, expect, it } from 'vitest'
import type { Stream } from '@libp2p/interface'
import type { FramedStream, LengthEncoding } from '@waystone/kit'

const ENCODINGS: LengthEncoding[] = ['varint', 'u32be']
const MAX_LENGTH = 1024

async function named(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}

/** One end frames, the other end is a remote that may send anything. */
async function remoteAndFrames(lengths: LengthEncoding = 'varint'): Promise<[Stream, FramedStream<Stream>]> {
  const [remote, local] = await streamPair({ delay: 0 })
  return [remote, framed(local, { maxLength: MAX_LENGTH, lengths })]
}

async function readAll(frames: FramedStream): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for (let frame = await frames.read(); frame !== undefined; frame = await frames.read()) all.push(frame.subarray())
  return all
}

async function readRest(stream: Stream): Promise<Uint8ArrayList> {
  const bytes = new Uint8ArrayList()
  for await (const chunk of readChunks(stream)) bytes.append(chunk)
  return bytes
}

/** The bytes that the frames take on the wire, made by `write` itself. */
async function wireBytes(list: Uint8Array[], lengths: LengthEncoding): Promise<Uint8ArrayList> {
  const [sender, receiver] = await streamPair({ delay: 0 })
  const frames = framed(sender, { maxLength: MAX_LENGTH, lengths })
  const bytes = readRest(receiver)
  for (const frame of list) await frames.write(frame)
  await sender.close()
  return bytes
}

async function sendInPieces(remote: Stream, bytes: Uint8ArrayList, sizes: number[]): Promise<void> {
  const rest = bytes.sublist()
  for (let index = 0; rest.byteLength > 0; index++) {
    const size = Math.min(rest.byteLength, sizes[index % sizes.length] ?? 1)
    remote.send(rest.sublist(0, size))
    rest.consume(size)
  }
  await remote.close()
}

describe.each(ENCODINGS)('frames with %s lengths', lengths => {
  it('come out as they went in, however the bytes are cut', async () => {
    const frame = fc.uint8Array({ maxLength: 300 })
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 8 }), sizes, async (list, pieces) => {
        const [remote, frames] = await remoteAndFrames(lengths)
        const [got] = await Promise.all([readAll(frames), sendInPieces(remote, await wireBytes(list, lengths), pieces)])
        expect(got).toEqual(list)
      }),
      { numRuns: 60 }
    )
  })

  it('may be exactly as long as the limit', async () => {
    const [remote, frames] = await remoteAndFrames(lengths)
    await framed(remote, { maxLength: MAX_LENGTH, lengths }).write(new Uint8Array(MAX_LENGTH))
    expect((await frames.read())?.byteLength).toBe(MAX_LENGTH)
  })

  it('over the limit are refused before their body arrives', async () => {
    const [remote, frames] = await remoteAndFrames(lengths)
    const limits = framed(remote, { maxLength: MAX_LENGTH + 1, lengths })
    await limits.write(new Uint8Array(MAX_LENGTH + 1))
    expect(await named(frames.read())).toMatchObject({ name: 'FrameTooLargeError' })
    // and stay refused
    expect(await named(frames.read())).toMatchObject({ name: 'FrameTooLargeError' })
  })

  it('over the limit are not sent either', async () => {
    const [remote, frames] = await remoteAndFrames(lengths)
    expect(await named(frames.write(new Uint8Array(MAX_LENGTH + 1)))).toMatchObject({ name: 'FrameTooLargeError' })
    await frames.write(Uint8Array.of(1))
    expect((await framed(remote, { maxLength: 1, lengths }).read())?.subarray()).toEqual(Uint8Array.of(1))
  })

  it('several at once come out one by one, and go out in one piece', async () => {
    const [remote, frames] = await remoteAndFrames(lengths)
    const list = [Uint8Array.of(1, 2), new Uint8Array(), new Uint8Array(MAX_LENGTH)]
    let pieces = 0
    const { send } = remote
    remote.send = data => {
      pieces++
      return send.call(remote, data)
    }
    await framed(remote, { maxLength: MAX_LENGTH, lengths }).writeV(list)
    await remote.close()
    expect(await readAll(frames)).toEqual(list)
    expect(pieces).toBe(1)
  })

  it('several at once of which one is over the limit are not sent at all', async () => {
    const [remote, frames] = await remoteAndFrames(lengths)
    const list = [Uint8Array.of(1), new Uint8Array(MAX_LENGTH + 1)]
    expect(await named(frames.writeV(list))).toMatchObject({ name: 'FrameTooLargeError' })
    await frames.write(Uint8Array.of(2))
    expect((await framed(remote, { maxLength: 1, lengths }).read())?.subarray()).toEqual(Uint8Array.of(2))
  })

  it('over the limit of one read are refused by that read alone', async () => {
    const [remote, frames] = await remoteAndFrames(lengths)
    await framed(remote, { maxLength: MAX_LENGTH, lengths }).write(new Uint8Array(11))
    expect(await named(frames.read({ maxLength: 10 }))).toMatchObject({ name: 'FrameTooLargeError' })
    expect((await frames.read({ maxLength: 11 }))?.byteLength).toBe(11)
  })

  it('cut off in the body are truncated', async () => {
    const [remote, frames] = await remoteAndFrames(lengths)
    const bytes = await wireBytes([new Uint8Array(100)], lengths)
    await sendInPieces(remote, bytes.sublist(0, 50), [50])
    const error = await named(frames.read())
    expect(error).toMatchObject({ name: 'FrameTruncatedError' })
    expect(error.cause).toBeUndefined()
  })

  it('cut off in the length are truncated', async () => {
    const [remote, frames] = await remoteAndFrames(lengths)
    const bytes = await wireBytes([new Uint8Array(300)], lengths)
    await sendInPieces(remote, bytes.sublist(0, 1), [1])
    expect(await named(frames.read())).toMatchObject({ name: 'FrameTruncatedError' })
  })

  it('leave what follows them to whoever unwraps the stream', async () => {
    const [remote, frames] = await remoteAndFrames(lengths)
    const bytes = await wireBytes([Uint8Array.of(1, 2, 3)], lengths)
    bytes.append(Uint8Array.of(4, 5, 6, 7))
    // the remote has closed before anybody reads: nothing may get lost then either
    await sendInPieces(remote, bytes, [1000])
    expect((await frames.read())?.subarray()).toEqual(Uint8Array.of(1, 2, 3))
    const rest = await readRest(frames.unwrap())
    expect(rest.subarray()).toEqual(Uint8Array.of(4, 5, 6, 7))
  })
})

describe('lengths', () => {
  it('of 4 GiB allocate nothing', async () => {
    const [remote, frames] = await remoteAndFrames('u32be')
    remote.send(Uint8Array.of(0xff, 0xff, 0xff, 0xff))
    expect(await named(frames.read())).toMatchObject({
      name: 'FrameTooLargeError',
      message: 'a frame of 4294967295 bytes is over the limit of 1024'
    })
  })

  it('are read as large numbers beyond 32 bits', async () => {
    const [remote, frames] = await remoteAndFrames()
    remote.send(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x01))
    expect((await named(frames.read())).message).toContain('34359738368')
  })

  it.each([
    ['of ten bytes', Array.from({ length: 10 }, () => 0x80)],
    ['that are not minimal', [0x81, 0x00]]
  ])('%s are invalid', async (_, bytes) => {
    const [remote, frames] = await remoteAndFrames()
    remote.send(Uint8Array.from(bytes))
    expect(await named(frames.read())).toMatchObject({ name: 'FrameLengthInvalidError' })
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 32])('cannot be limited to %d', async maxLength => {
    const [, local] = await streamPair()
    expect(() => framed(local, { maxLength, lengths: 'u32be' })).toThrow('maxLength')
  })
})

describe('reading', () => {
  it('ends cleanly between frames', async () => {
    const [remote, frames] = await remoteAndFrames()
    await remote.close()
    expect(await frames.read()).toBeUndefined()
    expect(await frames.read()).toBeUndefined()
  })

  it('ends when the remote closes while it waits', async () => {
    const [remote, frames] = await remoteAndFrames()
    const reading = frames.read()
    await remote.close()
    expect(await reading).toBeUndefined()
  })

  it('tells a reset between frames', async () => {
    const [remote, frames] = await remoteAndFrames()
    const reading = frames.read()
    remote.abort(new Error('gone'))
    expect(await named(reading)).toMatchObject({ name: 'StreamResetError' })
    expect(await named(frames.read())).toMatchObject({ name: 'StreamResetError' })
  })

  it('tells a reset inside a frame and why', async () => {
    const [remote, frames] = await remoteAndFrames()
    const reading = frames.read()
    remote.send(Uint8Array.of(100, 1, 2, 3))
    remote.abort(new Error('gone'))
    expect(await named(reading)).toMatchObject({ name: 'FrameTruncatedError', cause: { name: 'StreamResetError' } })
  })

  it('tells a stream that was reset before it was framed', async () => {
    const [remote, local] = await streamPair({ delay: 0 })
    const closed = new Promise(resolve => local.addEventListener('close', resolve))
    remote.abort(new Error('gone'))
    await closed
    expect(await named(framed(local, { maxLength: 1 }).read())).toMatchObject({ name: 'StreamResetError' })
  })

  it('tells a local abort', async () => {
    const [, local] = await streamPair({ delay: 0 })
    const frames = framed(local, { maxLength: 1 })
    const reading = frames.read()
    local.abort(new Error('enough'))
    expect(await named(reading)).toMatchObject({ message: 'enough' })
  })

  it('stops on the signal with its reason and loses nothing', async () => {
    const [remote, frames] = await remoteAndFrames()
    const controller = new AbortController()
    remote.send(Uint8Array.of(3, 1))
    const reading = frames.read({ signal: controller.signal })
    controller.abort(new Error('no longer'))
    expect(await named(reading)).toMatchObject({ message: 'no longer' })
    expect(await named(frames.read({ signal: controller.signal }))).toMatchObject({ message: 'no longer' })
    remote.send(Uint8Array.of(2, 3))
    expect((await frames.read())?.subarray()).toEqual(Uint8Array.of(1, 2, 3))
  })

  it('is for one reader at a time', async () => {
    const [remote, frames] = await remoteAndFrames()
    const reading = frames.read()
    expect(await named(frames.read())).toMatchObject({ name: 'FrameReadPendingError' })
    expect(() => frames.unwrap()).toThrow('under way')
    remote.send(Uint8Array.of(0))
    expect((await reading)?.byteLength).toBe(0)
  })

  it('is over after unwrap', async () => {
    const [, frames] = await remoteAndFrames()
    frames.unwrap()
    expect(await named(frames.read())).toMatchObject({ name: 'StreamStateError' })
    expect(await named(frames.write(Uint8Array.of(1)))).toMatchObject({ name: 'StreamStateError' })
    expect(await named(frames.writeV([Uint8Array.of(1)]))).toMatchObject({ name: 'StreamStateError' })
  })
})
