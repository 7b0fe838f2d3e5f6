import { once } from 'node:events'
import { ManualClock, until } from '@waystone/kit/testing'
import { expect, test } from 'vitest'
import { AUTHORIZED, callUrl, envelope, head, MountedCalls, rawRequest, serve } from './served.ts'
import type { Socket } from 'node:net'

const node = { getNode: () => ({ role: 'edge' }) }
const SHORT = { requestTimeout: 200, headersTimeout: 200, connectionsCheckingInterval: 20 }

async function restOf(socket: Socket): Promise<string> {
  return (await socket.setEncoding('utf8').toArray()).join('')
}

test('a call needs the token, by POST and by GET', async () => {
  await using served = await serve(node)
  const answer = await served.call('GetNode')
  expect(answer.status).toBe(200)
  await expect(answer.json()).resolves.toEqual({ role: 'edge' })
  const query = `${callUrl(served.url, 'GetNode')}?connect=v1&encoding=json&message=%7B%7D`
  expect((await fetch(query, { headers: AUTHORIZED })).status).toBe(200)
  for (const url of [query, callUrl(served.url, 'GetNode'), callUrl(served.url, 'Unknown')]) {
    const refused = await fetch(url, { headers: { authorization: 'Bearer wrong' } })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toContain('Bearer')
    await expect(refused.json()).resolves.toMatchObject({
      code: 'unauthenticated',
      details: [{ debug: { name: 'AdminTokenWrongError' } }]
    })
  }
})

test.each(['POST', 'GET', 'OPTIONS', 'PUT'])('a web page cannot call it by %s, whatever it knows', async method => {
  await using served = await serve(node)
  const headers = { ...AUTHORIZED, origin: 'http://evil.example', 'access-control-request-method': 'POST' }
  const answer = await served.call('GetNode', { method, headers, ...(method === 'GET' && { body: null }) })
  expect(answer.status).toBe(403)
  expect([...answer.headers.keys()].filter(name => name.startsWith('access-control'))).toEqual([])
})

test('what is mounted later can be called, what is gone cannot', async () => {
  const calls = new MountedCalls()
  await using served = await serve(calls)
  expect((await served.call('GetNode')).status).toBe(404)
  calls.mount(node)
  expect((await served.call('GetNode')).status).toBe(200)
  calls.mount(undefined)
  const gone = await served.call('GetNode')
  expect(gone.status).toBe(404)
  await expect(gone.json()).resolves.toMatchObject({ details: [{ debug: { name: 'AdminPathUnknownError' } }] })
})

test('a wrong method, another content type and no JSON are named', async () => {
  await using served = await serve(node)
  expect((await served.call('GetNode', { method: 'PUT' })).status).toBe(405)
  expect((await served.call('GetNode', { headers: { ...AUTHORIZED, 'content-type': 'text/plain' } })).status).toBe(415)
  const garbage = await served.call('GetNode', { body: 'no json' })
  expect(garbage.status).toBe(400)
  await expect(garbage.json()).resolves.toMatchObject({ code: 'invalid_argument' })
})

test('a message over 1 MiB is refused, announced or not', async () => {
  await using served = await serve(node)
  const body = JSON.stringify({ x: 'x'.repeat(1_048_576) })
  const answer = await served.call('GetNode', { body })
  await expect(answer.json()).resolves.toMatchObject({ code: 'resource_exhausted' })
  const socket = await rawRequest(
    served.url,
    head('GetNode', { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
  )
  const chunk = `10000\r\n${'x'.repeat(0x1_0000)}\r\n`
  for (let sent = 0; sent < 17; sent++) socket.write(chunk)
  socket.write('0\r\n\r\n')
  const next = head('GetNode', { 'content-length': 2, connection: 'close', 'content-type': 'application/json' })
  socket.write(`${next}{}`)
  // the connection is still good for the next call
  await expect(restOf(socket)).resolves.toMatch(/resource_exhausted[^]*"role":"edge"/)
})

test('a message that would unpack to more is not unpacked', async () => {
  await using served = await serve(node)
  const answer = await served.call('GetNode', { headers: { ...AUTHORIZED, 'content-encoding': 'gzip' } })
  await expect(answer.json()).resolves.toMatchObject({ code: 'unimplemented' })
})

test('an answer that throws tells nothing of its insides', async () => {
  await using served = await serve({
    getNode: () => {
      throw new Error('secret detail')
    }
  })
  await expect((await served.call('GetNode')).text()).resolves.not.toContain('secret')
})

test('a refused request does not keep its connection, whatever is still to come', async () => {
  await using served = await serve(node, { requestTimes: SHORT })
  const socket = await rawRequest(served.url, head('GetNode', { authorization: 'none', 'content-length': 1_000_000 }))
  await expect(restOf(socket)).resolves.toContain(' 401 ')
})

test.each([
  ['a body that does not come', head('GetNode', { 'content-type': 'application/json', 'content-length': 10 })],
  ['a head that does not end', 'POST /waystone.admin.v1.AdminService/GetNode HTTP/1.1\r\nhost: loc']
])('%s is cut off', async (_, text) => {
  await using served = await serve(node, { requestTimes: SHORT })
  const socket = await rawRequest(served.url, text)
  await expect(restOf(socket)).resolves.toContain(' 408 ')
})

test('an answer in parts outlives the time for requests', async () => {
  const { promise: cut, resolve: onCut } = Promise.withResolvers<void>()
  await using served = await serve(
    {
      ...node,
      async *watchEvents() {
        yield { kind: 'watch:open' }
        await cut
        yield { kind: 'later' }
      }
    },
    { requestTimes: SHORT }
  )
  const headers = { ...AUTHORIZED, 'content-type': 'application/connect+json' }
  const answer = await served.call('WatchEvents', { headers, body: envelope({}) })
  expect(answer.status).toBe(200)
  const slow = await rawRequest(
    served.url,
    head('GetNode', { 'content-type': 'application/json', 'content-length': 10 })
  )
  await expect(restOf(slow)).resolves.toContain(' 408 ')
  onCut()
  await expect(answer.text()).resolves.toContain('later')
})

test('a client that takes nothing of its answer loses it, one that waits for news does not', async () => {
  const clock = new ManualClock()
  const { promise: news, resolve: tell } = Promise.withResolvers<void>()
  let stalledEnded = false
  await using served = await serve(
    {
      async *watchEvents(_request, { signal }) {
        yield { kind: 'watch:open' }
        await Promise.race([news, once(signal, 'abort')])
        yield { kind: 'news' }
      },
      async *watchLogs() {
        try {
          for (;;) yield { line: 'x'.repeat(500_000) }
        } finally {
          stalledEnded = true
        }
      }
    },
    { clock }
  )
  const headers = { ...AUTHORIZED, 'content-type': 'application/connect+json' }
  const waiting = await served.call('WatchEvents', { headers, body: envelope({}) })
  const body = envelope({}).toString('latin1')
  const stalled = await rawRequest(
    served.url,
    head('WatchLogs', { 'content-type': 'application/connect+json', 'content-length': body.length }) + body
  )
  stalled.pause()
  await until(async () => {
    await clock.advance(30_000)
    return stalledEnded
  })
  tell()
  await expect(waiting.text()).resolves.toContain('news')
  expect(served.lost).toHaveLength(1)
  stalled.destroy()
})

test('a client that hangs up ends its call', async () => {
  const { promise: ended, resolve: onEnd } = Promise.withResolvers<string>()
  await using served = await serve({
    async *watchEvents(_request, { signal }) {
      yield { kind: 'watch:open' }
      await once(signal, 'abort')
      onEnd('ended')
    }
  })
  const hangUp = new AbortController()
  const headers = { ...AUTHORIZED, 'content-type': 'application/connect+json' }
  await served.call('WatchEvents', { headers, body: envelope({}), signal: hangUp.signal })
  hangUp.abort()
  await expect(ended).resolves.toBe('ended')
})

test('a stop ends calls that wait, in order', async () => {
  const served = await serve({
    async *watchEvents(_request, { signal }) {
      yield { kind: 'watch:open' }
      await once(signal, 'abort')
      yield { kind: 'last' }
    }
  })
  const headers = { ...AUTHORIZED, 'content-type': 'application/connect+json' }
  const answer = await served.call('WatchEvents', { headers, body: envelope({}) })
  await served.server.stop()
  await expect(answer.text()).resolves.toContain('last')
})

test('a call that a stop ends is told why, and what to do', async () => {
  const served = await serve({
    async *watchEvents(_request, { signal }) {
      yield { kind: 'watch:open' }
      if (!signal.aborted) await once(signal, 'abort')
      signal.throwIfAborted()
    }
  })
  const headers = { ...AUTHORIZED, 'content-type': 'application/connect+json' }
  const answer = await served.call('WatchEvents', { headers, body: envelope({}) })
  await served.server.stop()
  const text = await answer.text()
  for (const part of ['"unavailable"', 'the node stops', 'NodeStoppingError', 'try again']) expect(text).toContain(part)
})

test('a stop does not wait for a call that does not end', async () => {
  const served = await serve({
    async *watchEvents() {
      yield { kind: 'watch:open' }
      await Promise.withResolvers<void>().promise
    }
  })
  const headers = { ...AUTHORIZED, 'content-type': 'application/connect+json' }
  const answer = await served.call('WatchEvents', { headers, body: envelope({}) })
  await served.server.stop()
  await expect(answer.text()).rejects.toThrow()
})
