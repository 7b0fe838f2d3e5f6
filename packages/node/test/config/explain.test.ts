import { describe, expect, test } from 'vitest'
import { explainConfig, explainPath, formatOrigin, loadConfig } from '../../src/config/index.ts'
import { configLeaves } from '../../src/config/tree.ts'
import { writeFiles } from './scratch-folder.ts'

async function loadFromEverywhere(): ReturnType<typeof loadConfig> {
  const cwd = await writeFiles({ 'my.yaml': '# mine\nextends: dev\n\nconnections:\n  max: 50\n' })
  const env = { WAYSTONE_LOG_LEVEL: 'warn' }
  const flags = { 'admin.port': '7001', dataDir: 'here' }
  return loadConfig({ file: 'my.yaml', env, flags, flagNames: { dataDir: '--data-dir' }, cwd })
}

describe('explain', () => {
  test('names every kind of origin', async () => {
    const rows = explainConfig(await loadFromEverywhere())
    const from = Object.fromEntries(rows.map(row => [row.path, row.from]))
    expect(from).toMatchObject({
      'connections.maxPendingInbound': 'built-in',
      'dht.mode': 'built-in',
      network: expect.stringMatching(/^dev\.yaml:\d+ \(preset\)$/),
      'connections.max': 'my.yaml:5',
      'log.level': 'WAYSTONE_LOG_LEVEL',
      'admin.port': '--set',
      dataDir: '--data-dir',
      'tls.certFile': 'not set'
    })
  })

  test('has a row for every key, with the value as a person would write it', async () => {
    const rows = explainConfig(await loadFromEverywhere())
    expect(rows.map(({ path }) => path)).toEqual([...configLeaves.keys()])
    expect(rows.find(({ path }) => path === 'shutdown.deadline')?.value).toBe('8s')
  })

  test('gives line and column of a value in a file', async () => {
    const { origins } = await loadFromEverywhere()
    const place = { kind: 'file', name: 'my.yaml', line: 5, column: 3 }
    expect(origins.get('connections.max')).toMatchObject(place)
  })

  test('of one key says what it is and which variable sets it', async () => {
    const [row] = explainPath(await loadFromEverywhere(), 'relayService.circuitBytes')
    expect(row).toMatchObject({ value: 'unlimited', variable: 'WAYSTONE_RELAY_SERVICE_CIRCUIT_BYTES' })
    expect(row?.description).toContain('bytes one circuit may carry')
  })

  test('of a section has all its keys', async () => {
    const rows = explainPath(await loadFromEverywhere(), 'mdns')
    expect(rows.map(({ path }) => path)).toEqual(['mdns.enabled', 'mdns.interval'])
  })

  test('of an unknown key names the nearest one', async () => {
    const loaded = await loadFromEverywhere()
    expect(() => explainPath(loaded, 'mdsn.interval')).toThrow('mdsn.interval: unknown key; nearest is mdns.interval')
  })

  test('writes an origin for people', () => {
    expect(formatOrigin({ kind: 'preset', name: 'relay.yaml', line: 12, column: 3 })).toBe('relay.yaml:12 (preset)')
    expect(formatOrigin({ kind: 'constant', name: 'built-in' })).toBe('built-in')
  })
})
