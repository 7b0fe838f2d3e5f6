import { once } from 'node:events'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { request } from 'node:http'
import { systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdminServer } from '../src/admin/admin-server.ts'
import { adminTokenPath } from '../src/admin/token.ts'
import { createRoutes } from '../src/admin/routes.ts'
import { adminUrlPath, writeAdminUrl } from '../src/admin/url-file.ts'
import { startLocalNode } from './local-node.ts'

let missing: string[] = []
const failures: unknown[] = []
const TOKEN = 'f'.repeat(64)
const nothingServed = { adminRevision: 0, adminRoutes: async () => () => {} }
const admin = { host: '127.0.0.1', port: 0, names: [], tls: {} }
const server = new AdminServer({
  admin,
  rpc: nothingServed,
  clock: systemClock,
  routes: createRoutes({
    missing: () => missing,
    metrics: { contentType: 'text/plain', render: () => Promise.reject(new Error('secret detail')) }
  }),
  onError: error => failures.push(error),
  onLost: () => {}
})
let url = ''

beforeAll(async () => {
  url = await server.start(TOKEN)
})
afterAll(() => server.stop())

test('/livez answers as long as the process does', async () => {
  missing = ['everything']
  expect((await fetch(`${url}/livez`)).status).toBe(200)
})

test('/readyz names what is missing', async () => {
  missing = ['seed 12D3 is not connected']
  const busy = await fetch(`${url}/readyz`)
  expect(busy.status).toBe(503)
  await expect(busy.json()).resolves.toEqual({ ready: false, missing })
  missing = []
  const ready = await fetch(`${url}/readyz`)
  expect(ready.status).toBe(200)
  await expect(ready.json()).resolves.toEqual({ ready: true, missing: [] })
})

test('HEAD is answered without a body', async () => {
  const response = await fetch(`${url}/livez`, { method: 'HEAD' })
  expect(response.status).toBe(200)
  await expect(response.text()).resolves.toBe('')
})

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is refused', async method => {
  const response = await fetch(`${url}/livez`, { method })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('GET, HEAD')
})

test.each(['/', '/admin', '/status', '/%2e%2e/passwd', '/livez/', '//livez', '/%00'])(
  'an unknown path %s is refused',
  async path => {
    await expect(get(path)).resolves.toBe(404)
  }
)

test.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '[::2]', '127.0.0.2', 'localhost.evil'])(
  'a request that names this machine %j is refused',
  async host => {
    await expect(get('/livez', host)).resolves.toBe(403)
  }
)

test.each(['localhost', 'LOCALHOST:9', '127.0.0.1:40213', '[::1]', '[::1]:1'])(
  '%s is a name of this machine',
  async host => {
    await expect(get('/livez', host)).resolves.toBe(200)
  }
)

test('a request without a Host header is refused', async () => {
  await expect(raw('GET /livez HTTP/1.0\r\n\r\n')).resolves.toContain(' 403 ')
})

test('huge headers are cut off', async () => {
  const answer = await raw(`GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Big: ${'x'.repeat(20_000)}\r\n\r\n`)
  expect(answer).toContain(' 431 ')
})

test('what is not HTTP is answered with 400 and closed', async () => {
  await expect(raw('\u0016\u0003\u0001 not http\r\n\r\n')).resolves.toContain(' 400 ')
})

test('a connection gets so many answers, however many requests it sends at once', async () => {
  const answers = await raw('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(500))
  expect(answers.match(/ 200 OK/g)).toHaveLength(100)
})

test('the address is not written through a link', async () => {
  await using folder = await temporaryFolder()
  const other = join(folder.path, 'other')
  await writeFile(other, 'precious')
  await symlink(other, `${adminUrlPath(folder.path)}.${process.pid}`)
  await writeAdminUrl(folder.path, 'http://127.0.0.1:1')
  expect(await readFile(other, 'utf8')).toBe('precious')
  expect(await readFile(adminUrlPath(folder.path), 'utf8')).toBe('http://127.0.0.1:1\n')
})

test('a route that fails tells the log and not the client', async () => {
  const response = await fetch(`${url}/metrics`)
  expect(response.status).toBe(500)
  await expect(response.text()).resolves.not.toContain('secret')
  expect(failures).toHaveLength(1)
})

test('stopping does not wait for idle or half-open connections', async () => {
  const other = new AdminServer({
    admin,
    routes: new Map(),
    rpc: nothingServed,
    clock: systemClock,
    onError: () => {},
    onLost: () => {}
  })
  const socket = connect(Number(new URL(await other.start(TOKEN)).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write('GET /livez HTTP/1.1\r\nHost: loc')
  const closed = new Promise(resolve => socket.resume().on('error', resolve).on('close', resolve))
  await other.stop()
  await other.stop()
  await closed
  expect(other.url).toBeUndefined()
})

test('a node shows metrics of libp2p, of the process and of its own', async () => {
  await using relay = await startLocalNode('relay', {}, { admin: true, metrics: true })
  const text = await fetch(`${relay.node.adminUrl}/metrics`).then(response => response.text())
  expect(text).toContain('waystone_node_info{role="relay",network="test",version="0.1.0"} 1')
  expect(text).toContain('waystone_node_ready 1')
  expect(text).toContain('waystone_node_inbound_refused_total{reason="rate"} 0')
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds')
  expect(text).toContain('libp2p_connection_manager_connections')
})

test('a node that was asked says how it is', async () => {
  await using seed = await startLocalNode('seed')
  const seeds = [seed.addresses[0] ?? '']
  await using edge = await startLocalNode('edge', { seeds }, { admin: true })
  await until(() => edge.node.missing().length === 0)
  const peer = seed.node.libp2p.peerId.toString()
  const token = (await readFile(adminTokenPath(edge.node.config.dataDir), 'utf8')).trim()
  const ask = async (headers: Record<string, string>): Promise<Response> =>
    await fetch(`${edge.node.adminUrl}/waystone.admin.v1.AdminService/GetNode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}'
    })
  const answer = await ask({ authorization: `Bearer ${token}` })
  await expect(answer.json()).resolves.toMatchObject({
    role: 'edge',
    network: 'test',
    ready: true,
    connections: 1,
    seeds: [{ peer, connected: true }]
  })
  expect((await ask({})).status).toBe(401)
})

async function get(path: string, host = 'localhost'): Promise<number | undefined> {
  const { port } = new URL(url)
  const sent = request({ host: '127.0.0.1', port, path, headers: { host } }).end()
  const [response] = await once(sent, 'response')
  response.resume()
  return response.statusCode
}

async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8')
  socket.end(text)
  return (await socket.toArray()).join('')
}
