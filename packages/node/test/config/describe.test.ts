import { join } from 'node:path'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { describeConfig, loadConfig } from '../../src/config/index.ts'
import { writeFiles } from './scratch-folder.ts'

const GRANTS = '{"tunnel:web":"anyone"}'

test('a described configuration says where each value comes from', async () => {
  const { values } = describeConfig(await loadConfig({ preset: 'relay', env: { WAYSTONE_TRUST_GRANTS: GRANTS } }))
  const byPath = new Map(values.map(({ path, ...rest }) => [path, rest]))
  expect(byPath.get('trust.grants')).toEqual({ value: GRANTS, origin: 'WAYSTONE_TRUST_GRANTS' })
  expect(byPath.get('role')).toEqual({
    value: '"relay"',
    origin: expect.stringMatching(/^relay\.yaml:\d+ \(preset\)$/)
  })
  expect(byPath.get('shutdown.deadline')).toEqual({ value: '"8s"', origin: 'built-in' })
  expect(byPath.has('admin.socket')).toBe(false)
})

test('its YAML loads to the same configuration', async () => {
  const flags = { plugins: '[{package: ./a, config: {b: 1}}]', 'admin.socket': 'admin.sock' }
  const loaded = await loadConfig({ preset: 'edge', flags })
  const folder = await writeFiles({ 'again.yaml': describeConfig(loaded).yaml.replace(/^  (host|port): .*\n/gm, '') })
  expect((await loadConfig({ file: join(folder, 'again.yaml') })).config).toEqual(loaded.config)
})

test('a config without origins is described as given', async () => {
  const { config } = await loadConfig({ preset: 'seed' })
  const { yaml, values } = describeConfig({ config })
  expect(values.find(({ path }) => path === 'shutdown.deadline')).toEqual({
    path: 'shutdown.deadline',
    value: '8000',
    origin: 'given'
  })
  expect(parse(yaml)).toEqual(config)
})
