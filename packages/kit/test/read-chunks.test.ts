import { streamPair } from '@libp2p/utils'
import { framed, readChunks } from '@waystone/kit'
import { describe, expect, it } from 'vitest'
import type { Stream } from '@libp2p/interface'

async function collect(stream: Stream, signal?: AbortSignal): Promise<number[]> {
  const bytes: number[] = []
  for await (const chunk of readChunks(stream, signal === undefined ? {} : { signal })) bytes.push(...chunk.subarray())
  return bytes
}

describe('the chunks of a stream', () => {
  it('end when the remote closes', async () => {
    const [remote, local] = await streamPair({ delay: 0 })
    const collecting = collect(local)
    remote.send(Uint8Array.of(1, 2))
    remote.send(Uint8Array.of(3))
    await remote.close()
    expect(await collecting).toEqual([1, 2, 3])
  })

  it('end when the remote had closed long before', async () => {
    const [remote, local] = await streamPair({ delay: 0 })
    const closed = new Promise(resolve => local.addEventListener('remoteCloseWrite', resolve))
    remote.send(Uint8Array.of(1, 2))
    await remote.close()
    await closed
    expect(await collect(local)).toEqual([1, 2])
    expect(await collect(local)).toEqual([])
  })

  it('fail with the reset of the remote', async () => {
    const [remote, local] = await streamPair({ delay: 0 })
    const collecting = collect(local)
    remote.send(Uint8Array.of(1))
    remote.abort(new Error('gone'))
    await expect(collecting).rejects.toMatchObject({ name: 'StreamResetError' })
  })

  it('stop on the signal with its reason', async () => {
    const [, local] = await streamPair({ delay: 0 })
    const controller = new AbortController()
    const collecting = collect(local, controller.signal)
    controller.abort(new Error('no longer'))
    await expect(collecting).rejects.toThrow('no longer')
  })

  it('wait on the stream while nobody asks', async () => {
    const [remote, local] = await streamPair({ delay: 0 })
    const chunks = readChunks(local)
    const first = chunks.next()
    remote.send(Uint8Array.of(1))
    await first
    expect(local.readStatus).toBe('paused')
    await chunks.return(undefined)
    expect(local.readStatus).toBe('readable')
    remote.send(Uint8Array.of(1, 7))
    expect((await framed(local, { maxLength: 1 }).read())?.get(0)).toBe(7)
  })
})
