import { ManualClock, poll } from '@waystone/kit/testing'
import { definePlugin } from '@waystone/plugin'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadPlugins } from '../../src/plugin-host/load-plugins.ts'
import { folderWith, installed, pluginSource } from './fixtures.ts'
import type { PluginEntry } from '../../src/plugin-host/load-plugins.ts'

const clock = new ManualClock()

async function load(
  from: string,
  ...named: Array<{ package: string; [key: string]: unknown }>
): Promise<PluginEntry[]> {
  return await loadPlugins({ given: [], named: named.map(one => ({ from, ...one })) }, clock)
}

async function loadSource(source: string, config?: Record<string, unknown>): Promise<PluginEntry[]> {
  const folder = await folderWith({ 'plugin.mjs': source })
  return await load(folder, { package: './plugin.mjs', config })
}

describe('a package is found', () => {
  it('by name in node_modules of the folder and of those above it', async () => {
    const folder = await folderWith({ ...installed('@me/hello', pluginSource({})), 'deep/config.yaml': '' })
    const [entry] = await load(`${folder}/deep`, { package: '@me/hello' })
    expect(entry).toMatchObject({ loaded: { name: 'hello', package: '@me/hello', version: '1.2.3' } })
  })

  it.each([
    ['an import condition', { exports: { '.': { types: './x.d.ts', import: './main.js' } } }],
    ['main', { exports: undefined, main: './main.js' }]
  ])('by path of a folder whose package.json has %s', async (_what, manifest) => {
    const folder = await folderWith(installed('hello', pluginSource({}), manifest))
    const [entry] = await load(folder, { package: './node_modules/hello' })
    expect(entry).toMatchObject({ loaded: { name: 'hello', version: '1.2.3' } })
  })

  it('by path of a file', async () => {
    expect(await loadSource(pluginSource({}))).toMatchObject([{ loaded: { name: 'hello' } }])
  })

  it.each([
    'hello',
    './hello',
    '/nowhere/hello',
    'node:fs',
    'https://example.org/x.js',
    'data:text/javascript,0',
    '..',
    '@'
  ])('and %s is not, where it is not installed', async name => {
    const folder = await folderWith({ 'config.yaml': '' })
    await expect(load(folder, { package: name })).rejects.toMatchObject({
      name: 'PluginNotFoundError',
      message: expect.stringContaining(name)
    })
  })
})

describe('a package is refused', () => {
  it.each([
    ['has no default export', 'export const plugin = {}'],
    ['exports something else', 'export default { name: "hello", create() {} }'],
    ['exports nothing', 'export default undefined'],
    ['exports a function', 'export default () => {}']
  ])('that %s', async (_what, source) => {
    await expect(loadSource(source)).rejects.toMatchObject({ name: 'NotAPluginError' })
  })

  it('that is no ES module', async () => {
    const folder = await folderWith({ 'hello.cjs': 'module.exports = { default: { create() {} } }' })
    await expect(load(folder, { package: './hello.cjs' })).rejects.toMatchObject({ name: 'NotAPluginError' })
  })

  it.each([
    ['throws', 'throw new Error("no luck")', 'no luck'],
    ['is no JavaScript', 'export default {{{', ''],
    ['imports what is missing', 'import "missing-package"', 'missing-package'],
    ['cannot be defined', pluginSource({ name: `'Not a name'` }), 'PluginInvalidError']
  ])('whose module %s', async (_what, source, reason) => {
    await expect(loadSource(source)).rejects.toMatchObject({
      name: 'PluginFailedError',
      message: expect.stringMatching(new RegExp(`plugin\\.mjs could not be loaded.*${reason}`))
    })
  })

  it('whose module never ends', async () => {
    const hanging = new ManualClock()
    const folder = await folderWith({ 'plugin.mjs': 'await new Promise(() => {})' })
    const loading = loadPlugins({ given: [], named: [{ package: './plugin.mjs', from: folder }] }, hanging)
    const outcome = loading.catch((error: unknown) => error)
    await poll(() => (hanging.pending > 0 ? true : undefined), { what: 'the deadline' })
    await hanging.advance(30_000)
    expect(await outcome).toMatchObject({ name: 'PluginFailedError' })
    expect(hanging.pending).toBe(0)
  })

  it('for another version of the API, with both named', async () => {
    await expect(loadSource(pluginSource({ apiVersion: '7' }))).rejects.toMatchObject({
      name: 'PluginApiVersionError',
      message: expect.stringMatching(/version 7 .*version 1/)
    })
  })
})

describe('a name that is taken', () => {
  const twins = { 'a.mjs': pluginSource({}), 'b.mjs': pluginSource({}) }

  it('by another plugin is refused, and both are named', async () => {
    const folder = await folderWith(twins)
    await expect(load(folder, { package: './a.mjs' }, { package: './b.mjs' })).rejects.toMatchObject({
      name: 'PluginNameTakenError',
      message: './b.mjs'.replace('./', 'the plugin ./') + ' is called hello, which is also the name of ./a.mjs'
    })
  })

  it.each(['registrar', 'events', 'rpc', 'dht', 'plugins'])('by the node itself is refused: %s', async name => {
    await expect(loadSource(pluginSource({ name: `'${name}'` }))).rejects.toMatchObject({
      name: 'PluginNameTakenError'
    })
  })

  it('leaves an optional plugin out', async () => {
    const folder = await folderWith(twins)
    const entries = await load(folder, { package: './a.mjs' }, { package: './b.mjs', optional: true })
    expect(entries).toMatchObject([{ loaded: { name: 'hello' } }, { loaded: { name: 'PluginNameTakenError' } }])
  })
})

describe('the config of a plugin', () => {
  const strict = pluginSource({ config: 'z.object({ port: z.int(), deep: z.object({ on: z.boolean() }).optional() })' })

  it.each([
    ['a wrong type', { port: 'x' }, 'config.port'],
    ['a missing key', {}, 'config.port'],
    ['a key that the schema does not name', { port: 1, prot: 2 }, 'config.prot'],
    ['one further in', { port: 1, deep: { on: true, of: false } }, 'config.deep.of'],
    ['__proto__', JSON.parse('{ "port": 1, "__proto__": {} }'), 'config.__proto__']
  ])('is refused with %s', async (_what, config, path) => {
    await expect(loadSource(strict, config)).rejects.toMatchObject({
      name: 'PluginConfigInvalidError',
      exitCode: 2,
      message: expect.stringMatching(new RegExp(`plugin\\.mjs.*\\n  ${path}: `))
    })
  })

  it('may have any key where its schema is loose', async () => {
    const source = pluginSource({ config: 'z.looseObject({ list: z.array(z.record(z.string(), z.int())) })' })
    await expect(loadSource(source, { list: [{ a: 1 }], other: true })).resolves.toHaveLength(1)
  })

  it('is refused once where its schema is strict itself', async () => {
    const source = pluginSource({ config: 'z.strictObject({})' })
    await expect(loadSource(source, { x: 1 })).rejects.toMatchObject({
      message: expect.stringMatching(/^[^\n]*\n {2}config: [^\n]*"x"$/)
    })
  })

  it('cannot be checked by a schema that throws', async () => {
    const source = pluginSource({ config: 'z.object({}).refine(async () => true)' })
    await expect(loadSource(source)).rejects.toMatchObject({ name: 'PluginFailedError' })
  })

  it('is {} when there is none, and what the schema makes of it', async () => {
    let seen: unknown
    const config = z.object({ greeting: z.string().default('hi') })
    const plugin = definePlugin({ name: 'hello', config, create: scope => void (seen = scope.config) })
    const [entry] = await loadPlugins({ given: [{ plugin }], named: [] }, clock)
    if (entry === undefined || entry.loaded instanceof Error) throw new Error('it was not loaded')
    await entry.loaded.create({} as never)
    expect(seen).toEqual({ greeting: 'hi' })
  })
})
