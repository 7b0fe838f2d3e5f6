import { streamPair } from '@libp2p/utils'
import { framed, framedDuplex } from '@waystone/kit'
import { pipe } from 'it-pipe'
import { expect, test } from 'vitest'
import type { Uint8ArrayList } from 'uint8arraylist'

const LIMITS = { maxLength: 64 }

async function texts(frames: AsyncIterable<Uint8ArrayList>): Promise<string[]> {
  const read: string[] = []
  for await (const frame of frames) read.push(new TextDecoder().decode(frame.subarray()))
  return read
}

test('it-pipe echoes frames, and both ends close', async () => {
  const [near, far] = await streamPair({ delay: 0 })
  const served = framedDuplex(far, LIMITS)
  const echoing = pipe(served, served)
  const words = ['one', '', 'three'].map(word => new TextEncoder().encode(word))
  expect(await pipe(words, framedDuplex(near, LIMITS), texts)).toEqual(['one', '', 'three'])
  await echoing
  expect([near.writeStatus, far.writeStatus]).toEqual(['closed', 'closed'])
})

test('a frame over the limit ends the pipe and aborts the stream', async () => {
  const [near, far] = await streamPair({ delay: 0 })
  const served = framedDuplex(far, LIMITS)
  const echoing = pipe(served, served)
  await framed(near, { maxLength: 1024 }).write(new Uint8Array(65))
  await expect(echoing).rejects.toMatchObject({ name: 'FrameTooLargeError' })
  expect(far.status).toBe('aborted')
})

test('a signal ends the pipe', async () => {
  const [, far] = await streamPair({ delay: 0 })
  const served = framedDuplex(far, { ...LIMITS, signal: AbortSignal.abort(new Error('enough')) })
  await expect(pipe(served, served)).rejects.toThrow('enough')
  expect(far.status).toBe('aborted')
})
