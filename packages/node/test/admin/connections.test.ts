import { once } from 'node:events'
import { request } from 'node:https'
import { connect } from 'node:net'
import { ManualClock, until } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { expect, test } from 'vitest'
import { createRoutes } from '../../src/admin/routes.ts'
import { makeCertificate } from '../certificate.ts'
import { ADMIN, AUTHORIZED, envelope, head, rawRequest, serve } from './served.ts'
import type { Served } from './served.ts'
import type { AdminServerInit } from '../../src/admin/admin-server.ts'

const node = { getNode: () => ({ role: 'edge' }) }
const SHORT = { requestTimeout: 200, headersTimeout: 200, connectionsCheckingInterval: 20 }

async function serveTls(init: Partial<AdminServerInit> = {}): Promise<Served> {
  await using folder = await temporaryFolder()
  const tls = await makeCertificate(folder.path, { type: 'ip', value: '127.0.0.1' })
  return await serve(node, { admin: { ...ADMIN, host: '0.0.0.0', tls }, ...init })
}

async function getSecurely(url: string, headers: Record<string, string> = {}) {
  const [response] = await once(request(url, { headers, rejectUnauthorized: false, agent: false }).end(), 'response')
  const body = (await response.setEncoding('utf8').toArray()).join('')
  return { status: response.statusCode, body }
}

test('a stop does not wait for a connection that never begins to speak TLS', async () => {
  const served = await serveTls()
  const socket = await rawRequest(served.url, '')
  const closed = once(socket, 'close')
  // by now the server has it
  await getSecurely(`${served.url}/livez`)
  await served.server.stop()
  await expect(closed).resolves.toBeDefined()
})

test('a connection that never begins to speak TLS is cut off', async () => {
  await using served = await serveTls({ requestTimes: SHORT })
  const socket = await rawRequest(served.url, '')
  socket.resume()
  await expect(once(socket, 'close')).resolves.toBeDefined()
})

test('a stranger on another host learns whether the node is ready, and no more', async () => {
  const missing = () => ['seed 12D3 is not connected']
  await using served = await serveTls({ routes: createRoutes({ missing }) })
  const stranger = await getSecurely(`${served.url}/readyz`)
  expect([stranger.status, JSON.parse(stranger.body)]).toEqual([503, { ready: false }])
  const operator = await getSecurely(`${served.url}/readyz`, { authorization: AUTHORIZED.authorization })
  expect([operator.status, JSON.parse(operator.body)]).toEqual([503, { ready: false, missing: missing() }])
})

test('the operator sees at once that a seed is ready and alone', async () => {
  const routes = createRoutes({ missing: () => [], cluster: () => 'alone' })
  const of = async (trusted: boolean): Promise<unknown> =>
    JSON.parse(String((await routes.get('/readyz')?.reply(trusted))?.body))
  expect(await of(true)).toEqual({ ready: true, missing: [], cluster: 'alone' })
  expect(await of(false)).toEqual({ ready: true })
})

test('there are so many connections at one time, and room again when one goes', async () => {
  await using served = await serve(node)
  const port = Number(new URL(served.url).port)
  const open = Array.from({ length: 64 }, () => connect(port, '127.0.0.1'))
  await Promise.all(open.map(async socket => await once(socket, 'connect')))
  await expect(served.call('GetNode')).rejects.toThrow()
  open.pop()?.destroy()
  await until(
    async () =>
      await served.call('GetNode').then(
        ({ ok }) => ok,
        () => false
      )
  )
  for (const socket of open) socket.destroy()
})

test('services that cannot be mounted are an error of the node, and the client learns no more', async () => {
  const adminRoutes = (): never => {
    throw new Error('secret detail')
  }
  await using served = await serve(node, { rpc: { adminRevision: 1, adminRoutes } })
  const answer = await served.call('GetNode')
  expect(answer.status).toBe(500)
  await expect(answer.text()).resolves.not.toContain('secret')
  expect(served.failures).toHaveLength(1)
})

test('calls that wait behind another one on their connection end with it', async () => {
  let [begun, ended] = [0, 0]
  const clock = new ManualClock()
  await using served = await serve(
    {
      async *watchEvents(_request, { signal }) {
        begun++
        yield { kind: 'watch:open' }
        if (!signal.aborted) await once(signal, 'abort')
        ended++
      }
    },
    { clock }
  )
  const body = envelope({}).toString('latin1')
  const call = head('WatchEvents', { 'content-type': 'application/connect+json', 'content-length': body.length }) + body
  const socket = await rawRequest(served.url, call.repeat(5))
  await once(socket, 'data')
  socket.destroy()
  await until(() => begun > 0 && ended === begun)
  expect({ begun, ended }).toEqual({ begun: 5, ended: 5 })
  // nothing is watched any more
  await until(async () => {
    await clock.advance(30_000)
    return clock.pending === 0
  })
})
