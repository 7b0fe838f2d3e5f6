import { multiaddrConnectionPair, streamPair } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { framed } from '@waystone/kit'
import { describe, expect, it } from 'vitest'
import type { Stream } from '@libp2p/interface'

const FRAME_BYTES = 64 * 1024
const FRAMES = 512
const MIB = 1024 * 1024

async function yamuxPair(windowBytes = MIB / 4): Promise<[Stream, Stream]> {
  const muxers = yamux({ streamOptions: { initialStreamWindowSize: windowBytes, maxStreamWindowSize: windowBytes } })
  const [dialer, listener] = multiaddrConnectionPair({ delay: 0 })
  const remote = muxers().createStreamMuxer(listener)
  const inbound = new Promise<Stream>(resolve => remote.addEventListener('stream', event => resolve(event.detail)))
  const outbound = await muxers().createStreamMuxer(dialer).createStream()
  return [outbound, await inbound]
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve))
}

describe('a reader that does not read', () => {
  it.each([MIB / 4, 4 * MIB])('holds the sender up and loses nothing, with a window of %d bytes', async window => {
    const [outbound, inbound] = await yamuxPair(window)
    const sender = framed(outbound, { maxLength: FRAME_BYTES })
    const receiver = framed(inbound, { maxLength: FRAME_BYTES })
    let written = 0
    const writing = (async () => {
      for (; written < FRAMES; written++) await sender.write(new Uint8Array(FRAME_BYTES).fill(written % 256))
      await outbound.close()
    })()
    await receiver.read()
    await turns(200)
    expect(written).toBeLessThan(FRAMES)
    expect(inbound.readBufferLength).toBeLessThanOrEqual(window)
    expect(outbound.writeBufferLength).toBeLessThan(MIB)

    let received = 1
    for (let frame = await receiver.read(); frame !== undefined; frame = await receiver.read()) {
      expect(frame.get(0)).toBe(received % 256)
      received++
      await turns(1)
    }
    expect(received).toBe(FRAMES)
    await writing
  })
})

describe('a writer', () => {
  it('waits every time the stream is full', async () => {
    const [outbound, inbound] = await streamPair({ delay: 0, capacity: 2 })
    const sender = framed(outbound, { maxLength: FRAME_BYTES })
    const receiver = framed(inbound, { maxLength: FRAME_BYTES })
    let most = 0
    const writing = (async () => {
      for (let written = 0; written < 50; written++) {
        await sender.write(new Uint8Array(FRAME_BYTES))
        most = Math.max(most, outbound.writeBufferLength)
      }
      await outbound.close()
    })()
    while ((await receiver.read()) !== undefined);
    await writing
    expect(most).toBeLessThan(4 * FRAME_BYTES)
  })

  it('stops waiting on the signal', async () => {
    const [outbound] = await yamuxPair()
    const frames = framed(outbound, { maxLength: MIB })
    const controller = new AbortController()
    const writing = frames.write(new Uint8Array(MIB), { signal: controller.signal })
    controller.abort(new Error('no longer'))
    await expect(writing).rejects.toThrow('no longer')
  })

  it('stops waiting when the remote resets the stream', async () => {
    const [outbound, inbound] = await yamuxPair()
    inbound.pause()
    const writing = framed(outbound, { maxLength: MIB }).write(new Uint8Array(MIB))
    inbound.abort(new Error('gone'))
    await expect(writing).rejects.toMatchObject({ name: 'StreamResetError' })
  })

  it('cannot write to a closed stream', async () => {
    const [outbound] = await yamuxPair()
    await outbound.close()
    await expect(framed(outbound, { maxLength: MIB }).write(Uint8Array.of(1))).rejects.toMatchObject({
      name: 'StreamStateError'
    })
  })
})
