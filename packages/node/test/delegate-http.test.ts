import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { describe, expect, it } from 'vitest'
import { DelegateHttpHost } from '../src/delegate-http/http-host.ts'
import { LIMITS } from '../src/delegate-http/constants.ts'
import { startLocalNode } from './local-node.ts'
import type { Socket } from 'node:net'
import type { HttpHandler } from '@waystone/delegate'

const TIMES = { requestTimeout: 300, headersTimeout: 200, connectionsCheckingInterval: 50 }

async function served(handler: HttpHandler): Promise<{ url: string; port: number } & AsyncDisposable> {
  let url = ''
  const log = (_format: string, where: string): void => void (url = where)
  const host = new DelegateHttpHost({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    log: log as never,
    requestTimes: TIMES
  })
  const close = await host.listen(handler)
  return { url, port: Number(new URL(url).port), [Symbol.asyncDispose]: close }
}

async function opened(port: number, text = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

/** One that was free just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof bound === 'object' ? (bound?.port ?? 0) : 0
}

const hello: HttpHandler = async () => new Response('hello')

describe('the HTTP side of a delegate', () => {
  it('ends requests that do not come to their end', async () => {
    await using server = await served(hello)
    const slow = await opened(server.port, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    let answer = ''
    slow.on('data', data => (answer += String(data)))
    await once(slow, 'close')
    expect(answer).toContain(' 408 ')
  })

  it('takes so many connections of one IP and no more', async () => {
    await using server = await served(hello)
    const sockets = await Promise.all(
      Array.from({ length: (LIMITS.maxConnectionsPerIp ?? 0) + 8 }, async () => await opened(server.port))
    )
    await until(() => sockets.filter(socket => socket.closed).length >= 8)
    expect(sockets.filter(socket => !socket.closed).length).toBeGreaterThan(0)
    for (const socket of sockets) socket.destroy()
  })

  it.each([
    ['a huge path', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, ' 431 '],
    ['a URL that is none', 'GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n', ' 400 '],
    ['a method of proxies', 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', ' 400 '],
    ['two slashes', 'GET //x HTTP/1.1\r\nHost: x\r\n\r\n', ' 200 '],
    ['no HTTP', '\u0000\u0001\r\n\r\n', ' 400 ']
  ])('answers %s', async (_what, text, status) => {
    await using server = await served(hello)
    const socket = await opened(server.port, text)
    const [data] = (await once(socket, 'data')) as [Buffer]
    expect(String(data)).toContain(status)
    socket.destroy()
  })

  it('tells the handler who calls, and that nobody waits any more', async () => {
    const seen: string[] = []
    await using server = await served(async (request, { key, address }) => {
      seen.push(key, String(address))
      await once(request.signal, 'abort')
      seen.push('gone')
      return new Response('late')
    })
    const socket = await opened(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await until(() => seen.length === 2)
    socket.destroy()
    await until(() => seen.length === 3)
    expect(seen).toEqual(['127.0.0.1', '/ip4/127.0.0.1', 'gone'])
  })

  it('stops making an answer that nobody reads', async () => {
    let made = 0
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      pull: controller => controller.enqueue(new Uint8Array(65_536).fill(++made)),
      cancel: () => void (cancelled = true)
    })
    await using server = await served(async () => new Response(body))
    const socket = await opened(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    socket.pause()
    await until(() => made > 3)
    socket.destroy()
    await until(() => cancelled)
    expect(made).toBeLessThan(1_000)
  })

  it('is closed to strangers in a node, unless its matrix says otherwise', async () => {
    const cid = 'bafkqaaa'
    const delegate = { serve: true, use: [], quotas: {}, http: { host: '127.0.0.1', port: await freePort() } }
    const url = `http://127.0.0.1:${delegate.http.port}/ipfs/${cid}?format=raw`
    await using closed = await startLocalNode('seed', { delegate })
    expect(closed.node.libp2p.services).toHaveProperty('delegate')
    const refused = await fetch(url)
    expect([refused.status, (await refused.text()).includes('remote-fetch-cid')]).toEqual([403, true])
  })

  it('opens with the matrix', async () => {
    const port = await freePort()
    await using open = await startLocalNode('seed', {
      delegate: {
        serve: true,
        use: [],
        quotas: { none: { callsPerMinute: 9, bytesPerHour: '1KiB' } },
        http: { host: '127.0.0.1', port }
      },
      trust: {
        grants: {},
        matrix: { 'remote-fetch-cid': 'none' },
        entries: [],
        mirrors: [],
        rules: { default: 'allow', allow: [], deny: [], files: [], feeds: [] }
      }
    })
    expect(open.addresses.length).toBeGreaterThan(0)
    // an identity CID: its bytes stand in it
    expect((await fetch(`http://127.0.0.1:${port}/ipfs/bafkqaaa?format=raw`)).status).toBe(200)
  })
})
