import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { Code } from '@connectrpc/connect'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { describeRpcFailure } from '@waystone/rpc'
import { AdminService } from '@waystone/wire/admin'
import { expect, it, onTestFinished } from 'vitest'
import { makeCertificate } from '../../packages/node/test/certificate.ts'
import { cleanUp, rpcNode } from '../../packages/rpc/test/nodes.ts'
import { curl } from '../harness/curl.ts'
import { readAccess } from '../harness/node-client.ts'
import { startNode } from '../harness/node-process.ts'
import type { CurlAnswer } from '../harness/curl.ts'
import type { NodeAccess } from '../harness/node-client.ts'
import type { NodeProcess } from '../harness/node-process.ts'

const CALL = 'waystone.admin.v1.AdminService/GetNode'
const HERE = 'http://localhost'

async function start(config: Record<string, unknown> = {}): Promise<{ node: NodeProcess; folder: string }> {
  const folder = await temporaryFolder()
  const node = await startNode({ role: 'relay', dataDir: join(folder.path, 'node'), config })
  onTestFinished(async () => {
    await node[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })
  return { node, folder: folder.path }
}

async function access(node: NodeProcess): Promise<NodeAccess> {
  return await poll(async () => await readAccess(node.dataDir).catch(() => undefined), { what: 'the admin URL' })
}

interface Ask {
  url: string
  token?: string
  /** Further arguments of curl. */
  more?: string[]
}

async function getNode({ url, token, more = [] }: Ask): Promise<CurlAnswer> {
  const authorization = token === undefined ? [] : ['-H', `Authorization: Bearer ${token}`]
  const content = ['-H', 'content-type: application/json', '-d', '{}']
  return await curl({ args: [...authorization, ...content, ...more, `${url}/${CALL}`] })
}

it('tells curl about the node as JSON, but nobody without the token and no web page', async () => {
  const { node } = await start()
  await node.ready()
  const { url, token } = await access(node)
  const told = await getNode({ url, token })
  expect(told.status).toBe(200)
  expect(JSON.parse(told.body.toString())).toMatchObject({ role: 'relay', network: 'e2e', pid: node.pid })
  const nobody = await getNode({ url })
  expect([nobody.status, nobody.header.get('www-authenticate')]).toEqual([401, 'Bearer realm="waystone"'])
  for (const foreign of [
    ['-H', 'Origin: http://evil.example'],
    ['-H', 'Host: evil.example']
  ]) {
    expect((await getNode({ url, token, more: foreign })).status).toBe(403)
  }
  const preflight = await getNode({ url, token, more: ['-X', 'OPTIONS', '-H', 'Origin: http://evil.example'] })
  expect(preflight.status).toBe(403)
})

it('is asked over a unix socket', async () => {
  const folder = await temporaryFolder()
  onTestFinished(async () => await folder[Symbol.asyncDispose]())
  const socket = join(folder.path, 'admin.sock')
  const { node } = await start({ admin: { socket } })
  const { url, token } = await access(node)
  expect(url).toBe(`unix:${socket}`)
  const more = ['--unix-socket', socket]
  expect((await getNode({ url: HERE, token, more })).status).toBe(200)
  expect((await getNode({ url: HERE, more })).status).toBe(401)
  expect((await node.stop()).code).toBe(0)
})

it('is open to other hosts only with TLS, and then its metrics need the token too', async () => {
  const folder = await temporaryFolder()
  onTestFinished(async () => await folder[Symbol.asyncDispose]())
  const tls = await makeCertificate(folder.path, { type: 'dns', value: 'node.example' })
  const { node } = await start({ admin: { host: '0.0.0.0', names: ['node.example'], tls } })
  const { url, token } = await access(node)
  expect(url).toMatch(/^https:\/\/node\.example:\d+$/)
  const more = ['--cacert', tls.certFile, '--resolve', `node.example:${new URL(url).port}:127.0.0.1`]
  expect((await getNode({ url, token, more })).status).toBe(200)
  expect((await getNode({ url, more })).status).toBe(401)
  const metrics = async (...header: string[]): Promise<number> =>
    (await curl({ args: [...more, ...header, `${url}/metrics`] })).status
  expect([await metrics(), await metrics('-H', `Authorization: Bearer ${token}`)]).toEqual([401, 200])
  expect((await curl({ args: [...more, `${url}/livez`] })).status).toBe(200)

  const open = await start({ admin: { host: '0.0.0.0' } })
  expect(await open.node.result).toMatchObject({ code: 2, stderr: expect.stringContaining('admin') })
})

it('keeps its token over restarts and refuses to start when others can read it', async () => {
  const { node, folder } = await start()
  await node.ready()
  const { token } = await access(node)
  await node.stop()
  const again = await startNode({ role: 'relay', dataDir: join(folder, 'node') })
  await again.ready()
  await expect(readFile(join(folder, 'node', 'admin.token'), 'utf8')).resolves.toBe(`${token}\n`)
  await again.stop()
  await chmod(join(folder, 'node', 'admin.token'), 0o644)
  const refused = await startNode({ role: 'relay', dataDir: join(folder, 'node') })
  expect(await refused.result).toMatchObject({ code: 3, stderr: expect.stringContaining('AdminTokenFileError') })
})

it('ends the process with 0 when it is asked to stop', async () => {
  const { node } = await start()
  await node.ready()
  await (await node.client(AdminService)).stop({})
  expect((await node.result).code).toBe(0)
})

it('answers a peer over libp2p only if it has the function admin', async () => {
  const peer = await rpcNode()
  onTestFinished(cleanUp)
  const allowed = await start({ trust: { grants: { admin: [peer.peerId.toString()] } } })
  const other = await start()
  const ask = async ({ node }: { node: NodeProcess }): Promise<string> => {
    const { addresses } = await node.ready()
    const tcp = addresses.find(address => /\/tcp\/\d+\/p2p\//.test(address)) ?? ''
    return (await peer.services.rpc.client(AdminService, multiaddr(tcp)).getNode({})).role
  }
  await expect(ask(allowed)).resolves.toBe('relay')
  const failure = await ask(other).catch((error: unknown) => error)
  expect(describeRpcFailure(failure).code).toBe(Code.PermissionDenied)
})
