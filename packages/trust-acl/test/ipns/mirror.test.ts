import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MirrorWay } from '../../src/ipns/mirror-way.ts'
import { testName } from '../records.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

async function serve(answer: Answer): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('no port')
  return `http://127.0.0.1:${address.port}`
}

async function find(mirror: string, signal = new AbortController().signal): Promise<Uint8Array[]> {
  const records: Uint8Array[] = []
  const { name } = await testName(1)
  await new MirrorWay({ mirror }).find(name, { signal, found: record => void records.push(record) })
  return records
}

describe('a mirror', () => {
  it('is asked for the record of a name, and gives it', async () => {
    const { name } = await testName(1)
    const asked: string[] = []
    const mirror = await serve(({ url, headers }, response) => {
      asked.push(`${url} ${headers.accept}`)
      response.end(Buffer.from([1, 2, 3]))
    })
    expect(await find(`${mirror}/`)).toEqual([Uint8Array.of(1, 2, 3)])
    expect(asked).toEqual([`/routing/v1/ipns/${name.text} application/vnd.ipfs.ipns-record`])
  })

  it('that sends 2 GiB is cut off after 10 KiB', async () => {
    const closed = Promise.withResolvers<void>()
    const mirror = await serve((_request, response) => {
      response.setHeader('content-length', 2 * 1024 ** 3)
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) continue
      }
      response.on('drain', more)
      response.on('close', closed.resolve)
      more()
    })
    await expect(find(mirror)).rejects.toMatchObject({ name: 'IpnsRecordTooLargeError' })
    await closed.promise
  })

  it('that never answers ends with the signal', async () => {
    const asked = Promise.withResolvers<void>()
    const mirror = await serve(() => asked.resolve())
    const controller = new AbortController()
    const finding = find(mirror, controller.signal)
    await asked.promise
    controller.abort(new Error('enough'))
    await expect(finding).rejects.toThrow('enough')
  })

  it('that stops in the middle ends with the signal', async () => {
    const mirror = await serve((_request, response) => void response.write('x'))
    const controller = new AbortController()
    const finding = find(mirror, controller.signal)
    controller.abort(new Error('enough'))
    await expect(finding).rejects.toThrow('enough')
  })

  it('that has no such record, or fails, is told by its status', async () => {
    const mirror = await serve((_request, response) => void response.writeHead(404).end('nothing'))
    await expect(find(mirror)).rejects.toMatchObject({
      name: 'MirrorFailedError',
      message: expect.stringMatching('404')
    })
  })

  it('may lead elsewhere, three times at most', async () => {
    const mirror = await serve(({ url = '' }, response) => {
      const hops = Number(url.split('hops=')[1] ?? 0)
      if (hops === 3) response.end('record')
      else response.writeHead(302, { location: `/other?hops=${hops + 1}` }).end()
    })
    expect(await find(mirror)).toEqual([new TextEncoder().encode('record')])
    const circle = await serve((_request, response) => void response.writeHead(302, { location: '/' }).end())
    await expect(find(circle)).rejects.toMatchObject({ name: 'MirrorFailedError' })
  })

  it.each(['file:///etc/passwd', 'https://127.0.0.1:1/', 'data:,record', 'http://['])(
    'may not lead to %s',
    async location => {
      const mirror = await serve((_request, response) => void response.writeHead(302, { location }).end())
      await expect(find(mirror)).rejects.toMatchObject({ name: 'MirrorFailedError' })
    }
  )
})
