import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import { configJsonSchema, listPresets, loadConfig, printConfig } from '../../src/config/index.ts'
import { presetFolder } from '../../src/config/presets.ts'
import { errorOf } from './rejection.ts'
import { writeFiles } from './scratch-folder.ts'

describe('the presets of Waystone', () => {
  test('are seed, relay, edge, thin and dev', async () => {
    expect(await listPresets()).toEqual(['dev', 'edge', 'relay', 'seed', 'thin'])
  })

  test.each(['seed', 'relay', 'edge', 'thin', 'dev'])(
    '%s loads, and prints as a file that loads to the same',
    async preset => {
      const loaded = await loadConfig({ preset })
      const folder = await writeFiles({ 'printed.yaml': printConfig(loaded) })
      const again = await loadConfig({ file: join(folder, 'printed.yaml') })
      expect(again.config).toEqual(loaded.config)
    }
  )

  test.each(['seed', 'relay', 'edge', 'thin', 'dev'])(
    '%s names the schema for editors on its first line',
    async preset => {
      const text = await readFile(join(presetFolder, `${preset}.yaml`), 'utf8')
      expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./schema.json')
    }
  )

  test('dev listens on loopback and free ports only, and tells nobody', async () => {
    const { config } = await loadConfig({ preset: 'dev' })
    for (const address of config.addresses.listen) expect(address).toMatch(/^\/ip4\/127\.0\.0\.1\/(tcp|udp)\/0(\/|$)/)
    expect(config).toMatchObject({ network: 'dev', mdns: { enabled: false }, connections: { exemptLoopback: true } })
  })

  test('only dev lifts the limits for loopback', async () => {
    for (const preset of ['seed', 'relay', 'edge']) {
      expect((await loadConfig({ preset })).config.connections).toMatchObject({
        exemptLoopback: false,
        inboundPerSecondPerIp: 20,
        inboundPerIp: 256
      })
    }
  })
})

describe('the JSON schema', () => {
  test('that is checked in is the one of the source (npm run gen)', async () => {
    const checkedIn: unknown = JSON.parse(await readFile(join(presetFolder, 'schema.json'), 'utf8'))
    expect(checkedIn).toEqual(structuredClone(configJsonSchema()))
  })

  test('knows every key of every preset', async () => {
    const schema = configJsonSchema()
    for (const preset of await listPresets()) {
      const keys = Object.keys(parse(await readFile(join(presetFolder, `${preset}.yaml`), 'utf8')))
      expect(Object.keys(schema['properties'] ?? {})).toEqual(expect.arrayContaining(keys))
    }
  })
})

describe('extending', () => {
  test('a preset may extend one other, which is the lower of the two', async () => {
    const base = 'log: { level: error, format: json }\n'
    const folder = await writeFiles({ 'top.yaml': 'extends: ./base.yaml\nlog: { level: warn }\n', 'base.yaml': base })
    const { config } = await loadConfig({ preset: join(folder, 'top.yaml') })
    expect(config.log).toEqual({ level: 'warn', format: 'json' })
  })

  test('a chain of three is refused by name', async () => {
    const folder = await writeFiles({ 'top.yaml': 'extends: ./middle.yaml\n', 'middle.yaml': 'extends: edge\n' })
    const error = await errorOf({ preset: join(folder, 'top.yaml') })
    expect(error).toMatchObject({ name: 'PresetChainError', exitCode: 2 })
    expect(error.message).toContain('middle.yaml extends edge')
  })

  test('a preset that extends itself is refused by name', async () => {
    const folder = await writeFiles({ 'loop.yaml': 'extends: ./loop.yaml\n' })
    expect(await errorOf({ preset: join(folder, 'loop.yaml') })).toMatchObject({ name: 'PresetChainError' })
  })

  test('two presets that extend each other are refused by name', async () => {
    const folder = await writeFiles({ 'a.yaml': 'extends: ./b.yaml\n', 'b.yaml': 'extends: ./a.yaml\n' })
    expect(await errorOf({ preset: join(folder, 'a.yaml') })).toMatchObject({ name: 'PresetChainError' })
  })

  test('a file may extend a preset that extends another', async () => {
    const folder = await writeFiles({
      'my.yaml': 'extends: ./site.yaml\nlog: { level: warn }\n',
      'site.yaml': 'extends: relay\nnetwork: site\n'
    })
    const { config } = await loadConfig({ file: join(folder, 'my.yaml') })
    expect(config).toMatchObject({ network: 'site', role: 'relay', log: { level: 'warn' } })
  })

  test.each([
    ['seed', 'server', true],
    ['relay', 'server', true],
    ['edge', 'client', false]
  ] as const)('dev fits a %s', async (role, mode, enabled) => {
    const { config } = await loadConfig({ preset: 'dev', role })
    expect(config).toMatchObject({ role, network: 'dev', dht: { mode }, relayService: { enabled } })
  })

  test('a misspelt preset is refused with the nearest one', async () => {
    const error = await errorOf({ preset: 'rellay' })
    expect(error).toMatchObject({ name: 'PresetNotFoundError', exitCode: 2 })
    expect(error.message).toBe('there is no preset "rellay"; nearest is relay')
  })

  test('a preset name cannot leave the folder of presets by accident', async () => {
    expect(await errorOf({ preset: '../configs/relay' })).toMatchObject({ name: 'ConfigFileNotFoundError' })
    expect(await errorOf({ preset: '' })).toMatchObject({ name: 'PresetNotFoundError' })
  })

  test('extends must be a name', async () => {
    const folder = await writeFiles({ 'my.yaml': 'extends: [relay]\n' })
    await expect(loadConfig({ file: join(folder, 'my.yaml') })).rejects.toThrow(
      "extends = [ 'relay' ]: must be the name of a preset"
    )
  })
})
