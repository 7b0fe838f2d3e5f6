import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { describe, expect, it, onTestFinished } from 'vitest'
import { framed } from '@waystone/kit'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { PluginState } from '@waystone/wire/admin'
import { repository, runCommand } from '../harness/command.ts'
import { startNode } from '../harness/node-process.ts'
import { packPackages } from '../harness/packs.ts'
import type { CommandResult } from '../harness/command.ts'
import type { NodeProcess } from '../harness/node-process.ts'

const TCP = { addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] } }

async function folderOfTest(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return folder.path
}

/** An edge whose config is `edge.yaml` in the folder. */
async function startEdge(folder: string, plugins: unknown[], name = 'edge'): Promise<NodeProcess> {
  const node = await startNode({ role: 'edge', dataDir: join(folder, name), config: { ...TCP, plugins } })
  onTestFinished(() => node[Symbol.asyncDispose]())
  return node
}

async function tcpAddressOf(node: NodeProcess): Promise<string> {
  const { addresses } = await node.ready()
  return addresses.find(text => /\/tcp\/\d+\/p2p\/[^/]+$/.test(text)) ?? ''
}

/** Runs npm with the machine's own Node: that of this repository is no part of a plugin's package. */
async function npm(cwd: string, ...args: string[]): Promise<string> {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter(folder => !folder.includes('node_modules'))
  const { stdout } = await promisify(execFile)('npm', args, {
    cwd,
    env: { ...process.env, PATH: path.join(delimiter) }
  })
  return stdout
}

/** Sends one frame to the echo of the plugin and returns what comes back. */
async function echoOf(address: string, text: string): Promise<string | undefined> {
  const node = await createLibp2p({ transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()] })
  onTestFinished(async () => await node.stop())
  const frames = framed(await node.dialProtocol(multiaddr(address), '/hello/echo/1.0.0'), { maxLength: 100 })
  await frames.write(new TextEncoder().encode(text))
  const frame = await frames.read()
  return frame === undefined ? undefined : new TextDecoder().decode(frame.subarray())
}

it('waystone plugin new writes a package whose tests pass, and which runs in an edge and is called', async () => {
  const folder = await folderOfTest()
  const hello = join(folder, 'hello')
  await packPackages(join(folder, 'packs'))
  const args = ['plugin', 'new', 'hello', '--packages', 'packs']
  expect(await runCommand({ args, cwd: folder })).toMatchObject({ code: 0, stderr: '' })
  await npm(hello, 'install', '--prefer-offline', '--no-audit', '--no-fund')
  expect(await npm(hello, 'test')).toMatch(/pass 3\n.*fail 0\n/s)

  const edge = await startEdge(folder, [{ package: './hello', config: { greeting: 'welcome' } }])
  const address = await tcpAddressOf(edge)
  const { plugins, services, protocols } = await edge.status()
  expect(plugins).toMatchObject([{ name: 'hello', version: '0.1.0', state: PluginState.RUNNING, failure: '' }])
  expect(services).toContain('hello.v1.HelloService')
  expect(protocols).toContain('/hello/echo/1.0.0')
  const caller = await startEdge(folder, [], 'caller')
  await caller.ready()
  const call = ['call', address, 'hello.v1.HelloService/SayHello', '{"name":"x"}', '--data-dir', caller.dataDir]
  const called = await runCommand({ args: call })
  expect({ ...called, stdout: JSON.parse(called.stdout) as unknown }).toMatchObject({
    code: 0,
    stdout: { text: 'welcome x' }
  })
  expect(await echoOf(address, 'again')).toBe('again')
  expect(await edge.stop()).toMatchObject({ code: 0 })
}, 300_000)

const API = pathToFileURL(join(repository, 'packages/plugin/src/index.ts')).href

/** A module that defines a plugin; its schema takes nothing. */
function source(fields: string): string {
  const config = `{ safeParse: data => Object.keys(data).length === 0 ? { success: true, data } : {
    success: false, error: { issues: [{ path: Object.keys(data), message: 'unknown key' }] } } }`
  return `import { definePlugin } from '${API}'
    export default definePlugin({ name: 'bad', config: ${config}, create: () => {}, ${fields} })`
}

const THROW = "{ throw new Error('no luck') }"
const HANDLE = "async create({ protocols }) { await protocols.handle('/twice/1.0.0', () => {}) }"

/** Runs an edge with the modules as plugins to its end. */
async function runEdge(modules: Record<string, string>, entry: object = {}): Promise<CommandResult> {
  const folder = await folderOfTest()
  for (const [name, text] of Object.entries(modules)) await writeFile(join(folder, name), text)
  const plugins = Object.keys(modules).map(name => ({ package: `./${name}`, ...entry }))
  return await (
    await startEdge(folder, plugins)
  ).result
}

describe('an edge does not start with', () => {
  it.each([
    [
      'a plugin that throws in create',
      { 'bad.mjs': source(`create() ${THROW}`) },
      3,
      /PluginFailedError: .*bad\.mjs.* failed in create: Error: no luck/
    ],
    [
      'a plugin that throws in start',
      { 'bad.mjs': source(`create: () => ({ start() ${THROW} })`) },
      3,
      /PluginFailedError: .*bad\.mjs.* failed in start: Error: no luck/
    ],
    ['what is no plugin', { 'bad.mjs': 'export default {}' }, 2, /NotAPluginError: .*bad\.mjs/],
    [
      'a plugin for another API',
      { 'bad.mjs': source('apiVersion: 7') },
      2,
      /PluginApiVersionError: .*bad\.mjs.* version 7 .* version 1/
    ],
    [
      'two plugins with one protocol id',
      { 'one.mjs': source(`name: 'one', ${HANDLE}`), 'two.mjs': source(`name: 'two', ${HANDLE}`) },
      3,
      /PluginProtocolTakenError: the plugin two .*\/twice\/1\.0\.0.* plugin one/
    ]
  ])('%s', async (_what, modules, code, message) => {
    expect(await runEdge(modules)).toMatchObject({ code, stderr: expect.stringMatching(message) })
  })

  it('a config that the plugin refuses', async () => {
    const result = await runEdge({ 'bad.mjs': source('') }, { config: { prot: 1 } })
    expect(result).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/PluginConfigInvalidError: .*bad\.mjs.*\n {2}config\.prot: unknown key/)
    })
  })
})

it('an edge runs without optional plugins that fail, shows them, and says which one failed to stop', async () => {
  const folder = await folderOfTest()
  await mkdir(join(folder, 'plugins'))
  const modules = {
    create: source(`name: 'a', create() ${THROW}`),
    start: source(`name: 'b', create: () => ({ start() ${THROW} })`),
    load: "throw new Error('no luck')",
    stop: source(`name: 'd', create: () => ({ stop() ${THROW} })`)
  }
  for (const [name, text] of Object.entries(modules)) await writeFile(join(folder, `plugins/${name}.mjs`), text)
  const plugins = Object.keys(modules).map(name => ({ package: `./plugins/${name}.mjs`, optional: true }))
  const edge = await startEdge(folder, plugins)
  const { plugins: shown } = await edge.ready()
  expect(shown.map(({ name, state }) => [name.replace(/^.*\//, ''), state])).toEqual([
    ['a', PluginState.FAILED],
    ['b', PluginState.FAILED],
    ['load.mjs', PluginState.FAILED],
    ['d', PluginState.RUNNING]
  ])
  expect(shown[0]?.failure).toMatch(/create\.mjs.* failed in create: Error: no luck/)
  const { code, stdout } = await edge.stop()
  expect(code).toBe(1)
  expect(stdout).toMatch(/stop\.mjs\) failed in stop: Error: no luck/)
})
