import { once } from 'node:events'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SilentServer, temporaryFolder } from '@waystone/kit/testing/node'
import { AdminService } from '@waystone/wire/admin'
import { findNodeApi, requireNodeApi } from '../../src/api/index.ts'
import { adminNode, TOKEN } from './admin-node.ts'
import type { AddressInfo } from 'node:net'
import type { ApiOptions } from '../../src/api/index.ts'
import type { AdminNodeInit } from './admin-node.ts'

/** On Debian and most others the user that owns nothing. */
const NOBODY = 65_534

async function home() {
  const folder = await temporaryFolder()
  onTestFinished(async () => await folder[Symbol.asyncDispose]())
  const dataDir = (role: string): string => join(folder.path, '.waystone', role)
  const start = async (role: string, init: Partial<AdminNodeInit> = {}) => {
    const node = await adminNode({
      dataDir: dataDir(role),
      service: { getNode: () => ({ role, peerId: `peer of ${role}` }) },
      ...init
    })
    onTestFinished(async () => await node[Symbol.asyncDispose]())
    return node
  }
  const find = async (options: ApiOptions = {}, env: NodeJS.ProcessEnv = {}) =>
    await requireNodeApi(options, { env, home: folder.path })
  const roleOf = async (options: ApiOptions = {}, env: NodeJS.ProcessEnv = {}): Promise<string> =>
    (await (await find(options, env)).client(AdminService).getNode({})).role
  return { path: folder.path, dataDir, start, find, roleOf }
}

describe('without --api', () => {
  it.each(['edge', 'relay', 'seed'])('the one %s that runs is found', async role => {
    const { start, roleOf } = await home()
    await start(role)
    expect(await roleOf()).toBe(role)
  })

  it('nothing runs', async () => {
    const { path, find } = await home()
    expect(await findNodeApi({}, { env: {}, home: path })).toBeUndefined()
    await expect(find()).rejects.toThrow(
      expect.objectContaining({ name: 'NodeNotRunningError', hint: expect.stringContaining('--api') })
    )
  })

  it('several nodes run: they are listed, and --data-dir chooses', async () => {
    const { start, find, roleOf, dataDir } = await home()
    const [relay] = [await start('relay'), await start('edge')]
    const expected = { name: 'SeveralNodesError', exitCode: 2, message: expect.stringContaining(relay.url) }
    await expect(find()).rejects.toThrow(expect.objectContaining(expected))
    expect(await roleOf({ dataDir: dataDir('relay') })).toBe('relay')
    expect(await roleOf({}, { WAYSTONE_DATA_DIR: dataDir('edge') })).toBe('edge')
    expect(await roleOf({ preset: 'relay' })).toBe('relay')
  })

  it('only the role that is asked for counts', async () => {
    const { path, start } = await home()
    await start('relay')
    expect(await findNodeApi({}, { env: {}, home: path, role: 'edge' })).toBeUndefined()
  })

  it.each(['', '\n', 'not a url', 'http://elsewhere.example:80'])('admin.url says %j', async text => {
    const { path, dataDir } = await home()
    await mkdir(dataDir('edge'), { recursive: true })
    await writeFile(join(dataDir('edge'), 'admin.url'), text)
    await expect(findNodeApi({}, { env: {}, home: path })).rejects.toThrow(
      expect.objectContaining({ name: 'ApiUrlInvalidError' })
    )
  })

  it('an endless admin.url is refused', async () => {
    const { path, dataDir } = await home()
    await mkdir(dataDir('edge'), { recursive: true })
    await writeFile(join(dataDir('edge'), 'admin.url'), 'x'.repeat(1_000_000))
    await expect(findNodeApi({}, { env: {}, home: path })).rejects.toThrow(
      expect.objectContaining({ name: 'ApiFileError' })
    )
  })

  it('what a crash left behind is no running node', async () => {
    const { path, start, dataDir } = await home()
    const node = await start('edge')
    await node[Symbol.asyncDispose]()
    await start('seed', { socketPath: join(path, 'a.sock') })
    await writeFile(join(dataDir('relay'), 'admin.url'), `unix:${join(path, 'gone.sock')}`).catch(() => undefined)
    expect((await findNodeApi({}, { env: {}, home: path }))?.url).toBe(`unix:${join(path, 'a.sock')}`)
  })

  it('another program that took the port of a crashed node is none, and gets no token', async () => {
    const { path, dataDir } = await home()
    const asked: (string | undefined)[] = []
    const other = createServer((request, response) => {
      asked.push(request.headers.authorization)
      // as servers of web pages do, whatever the path
      response.end('<!doctype html>')
    })
    await once(other.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(async () => await other[Symbol.asyncDispose]())
    const { port } = other.address() as AddressInfo
    await mkdir(dataDir('edge'), { recursive: true })
    await writeFile(join(dataDir('edge'), 'admin.url'), `http://127.0.0.1:${port}`)
    await writeFile(join(dataDir('edge'), 'admin.token'), TOKEN)
    expect(await findNodeApi({}, { env: {}, home: path })).toBeUndefined()
    expect(asked).toEqual([undefined])
  })
})

describe('the token', () => {
  it('is sent with every call', async () => {
    const { start, find } = await home()
    const node = await start('edge')
    const client = (await find()).client(AdminService)
    await client.getNode({})
    await client.getNode({})
    expect(node.authorizations).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`])
  })

  it('that is refused has a hint', async () => {
    const { path, start, roleOf } = await home()
    await start('edge')
    await writeFile(join(path, 'wrong'), 'wrong\n')
    await expect(roleOf({ tokenFile: join(path, 'wrong') })).rejects.toThrow('does not accept the token')
  })

  it('comes from --token-file, or from the file that the environment names', async () => {
    const { path, start, roleOf, dataDir } = await home()
    const { url } = await start('edge')
    await rm(join(dataDir('edge'), 'admin.token'))
    await writeFile(join(path, 'token'), TOKEN)
    expect(await roleOf({ api: url, tokenFile: join(path, 'token') })).toBe('edge')
    expect(await roleOf({ api: url }, { WAYSTONE_ADMIN_TOKEN_FILE: join(path, 'token') })).toBe('edge')
  })

  it('of a folder that is named with --api says nothing of where that node runs', async () => {
    const { start, find, dataDir } = await home()
    const { url } = await start('edge')
    await start('relay')
    expect((await find({ api: url, dataDir: dataDir('relay') })).dataDir).toBeUndefined()
    expect((await find({ api: url, dataDir: dataDir('edge') })).dataDir).toBe(dataDir('edge'))
    expect((await find({ api: url })).dataDir).toBe(dataDir('edge'))
  })

  it.each([
    ['does not exist', undefined],
    ['is empty', ''],
    ['holds two lines', 'a\nb'],
    ['holds what no header may', 'a\u0000b'],
    ['is endless', 'x'.repeat(1_000_000)]
  ])('is asked for again when its file %s', async (_, text) => {
    const { path, start, find } = await home()
    await start('edge')
    if (text !== undefined) await writeFile(join(path, 'token'), text)
    const error = { name: 'ApiFileError', exitCode: 2 }
    await expect(find({ tokenFile: join(path, 'token') })).rejects.toThrow(expect.objectContaining(error))
  })

  it('of a data folder goes only to the node of that folder', async () => {
    const { start, find, roleOf, dataDir } = await home()
    const { url } = await start('edge')
    expect(await roleOf({ api: url })).toBe('edge')
    const foreign = await start('foreign')
    await rm(join(dataDir('foreign'), 'admin.url'))
    await (
      await find({ api: foreign.url })
    )
      .client(AdminService)
      .getNode({})
      .catch(() => undefined)
    expect(foreign.authorizations).toEqual([undefined])
  })
})

describe('with --api', () => {
  it('a unix socket is called', async () => {
    const { path, start, roleOf } = await home()
    await start('edge', { socketPath: join(path, 'admin.sock') })
    expect(await roleOf({ api: `unix:${join(path, 'admin.sock')}` })).toBe('edge')
  })

  it('nobody answers', async () => {
    const { start, roleOf } = await home()
    const node = await start('edge')
    await node[Symbol.asyncDispose]()
    await expect(roleOf({ api: node.url })).rejects.toThrow(`no node answers at ${node.url}`)
    await expect(roleOf({ api: 'unix:/nowhere/admin.sock' })).rejects.toThrow('no node answers')
  })

  it('the host has no such name', async () => {
    const { roleOf } = await home()
    // a domain that never exists
    await expect(roleOf({ api: 'https://node.invalid:1' })).rejects.toThrow('cannot be reached from this machine')
  })

  it('a server without such a call says so', async () => {
    const { start, roleOf } = await home()
    const { url } = await start('edge', { service: {} })
    await expect(roleOf({ api: url })).rejects.toThrow('does not know GetNode')
  })

  it('a program that never answers counts as running, and the call can be aborted', async () => {
    const { find } = await home()
    await using silent = await SilentServer.listen()
    const controller = new AbortController()
    const api = await find({ api: `http://127.0.0.1:${silent.port}` })
    const answer = api.client(AdminService).getNode({}, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
  })
})

it('a data folder of another user is named', async () => {
  const { path, start, dataDir } = await home()
  await start('edge')
  await chmod(join(dataDir('edge'), 'admin.url'), 0)
  await withoutRoot(() =>
    expect(findNodeApi({}, { env: {}, home: path })).rejects.toMatchObject({
      name: 'ApiFileError',
      hint: expect.stringContaining('belongs to another user')
    })
  )
})

/** The permissions of a file are nothing to root. */
async function withoutRoot(work: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return await work()
  process.seteuid?.(NOBODY)
  try {
    await work()
  } finally {
    process.seteuid?.(0)
  }
}
