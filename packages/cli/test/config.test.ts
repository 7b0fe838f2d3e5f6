import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SilentServer } from '@waystone/kit/testing/node'

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts')
const CONFIGS = join(import.meta.dirname, '..', '..', '..', 'configs')

interface Result {
  code: number
  stdout: string
  stderr: string
}

interface Surroundings {
  cwd?: string
  env?: Record<string, string>
}

/** Runs `waystone config …` as a shell would. */
async function config(args: string[], { cwd, env = {} }: Surroundings = {}): Promise<Result> {
  const child = spawn(process.execPath, [MAIN, 'config', ...args], {
    cwd,
    env: { PATH: '/bin', HOME: '/home/ada', ...env }
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode ?? -1, stdout, stderr }
}

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'waystone-config-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}

describe('waystone config check', () => {
  test('refuses a misspelt key, names the nearest valid one and exits with 2', async () => {
    const cwd = await folderWith({ 'my.yaml': 'extends: relay\nrelayService:\n  maxReservation: 5\n' })
    expect(await config(['check', 'my.yaml'], { cwd })).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(
        'my.yaml:3:3 relayService.maxReservation = 5: unknown key; nearest is relayService.maxReservations'
      )
    })
  })

  test('loads plugins without running them, and says what is wrong with each', async () => {
    const api = pathToFileURL(join(import.meta.dirname, '../../plugin/src/index.ts')).href
    const cwd = await folderWith({
      'hello.mjs': `import { definePlugin } from '${api}'
        export default definePlugin({ name: 'hello', create() { throw new Error('run') }, config: {
          safeParse: data => data.a === 1 ? { success: true, data } : {
            success: false, error: { issues: [{ path: ['a'], message: 'must be 1' }] } } } })`,
      'my.yaml': `extends: dev
plugins:
  - { package: ./hello.mjs, config: { a: 1 } }
  - { package: ./other.mjs }
  - { package: ./third.mjs, optional: true }`,
      'bad.yaml': 'extends: dev\nplugins: [{ package: ./hello.mjs, config: { a: 2 } }]'
    })
    const { code, stdout } = await config(['check', 'my.yaml'], { cwd })
    expect(code).toBe(2)
    expect(stdout).toMatch(/^ok +plugin \S+hello\.mjs +hello$/m)
    expect(stdout).toMatch(/^fail +plugin \S+other\.mjs +the plugin \S+other\.mjs was not found/m)
    expect(stdout).toMatch(/^warn +plugin \S+third\.mjs/m)
    const bad = await config(['check', 'bad.yaml'], { cwd })
    expect(bad).toMatchObject({ code: 2, stdout: expect.stringMatching(/^fail .*config\.a: must be 1$/m) })
  })

  test('gives programs the problems one by one', async () => {
    const cwd = await folderWith({ 'my.yaml': 'rolle: seed\nadmin: { port: x }\n' })
    const { code, stdout } = await config(['check', 'my.yaml', '--json'], { cwd })
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      problems: [
        { path: 'rolle', nearest: 'role', origin: { line: 1 } },
        { path: 'admin.port', value: 'x', origin: { kind: 'file', name: 'my.yaml', line: 2, column: 10 } }
      ]
    })
  })

  test('exits with 0 when a node could start', async () => {
    const cwd = await folderWith({ 'my.yaml': 'extends: dev\ndataDir: data\n' })
    const { code, stdout, stderr } = await config(['check', 'my.yaml'], { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^ok +configuration +role edge\n/)
    expect(stdout).toMatch(/\nready to start(, with \d+ warnings?)?\n$/)
  })

  test('does not hide a warning behind its last line', async () => {
    const data = await folderWith({})
    await chmod(data, 0o777)
    const { code, stdout } = await config(['check', '--preset', 'dev', '--data-dir', data])
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^warn +data folder /m)])
    expect(stdout).toMatch(/\nready to start, with \d+ warnings?\n$/)
  })

  test('exits with 2 and names a port that is in use', async () => {
    await using server = await SilentServer.listen()
    const listen = `/ip4/127.0.0.1/tcp/${server.port}`
    const folder = await folderWith({})
    const args = ['check', '--preset', 'dev', '--listen', listen, '--data-dir', folder]
    const { code, stdout } = await config(args)
    expect(code).toBe(2)
    expect(stdout).toContain(`fail  listen ${listen}`)
    expect(stdout).toContain(`tcp port ${server.port} is in use`)
    const json = await config([...args, '--json'])
    expect(json.code).toBe(2)
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, checks: expect.any(Array) })
  })
})

describe('the role that waystone config check names', () => {
  test.each([
    ['admin:\n  port: 0\n', 'role edge (no extends)'],
    ['extends: dev\nrole: seed\n', 'role seed']
  ])('of %j is %s', async (contents, message) => {
    const cwd = await folderWith({ 'my.yaml': contents })
    const { stdout } = await config(['check', 'my.yaml', '--json', '--data-dir', 'data'], { cwd })
    expect(JSON.parse(stdout).checks[0]).toEqual({ name: 'configuration', status: 'ok', message })
  })
})

describe('waystone config explain', () => {
  test('says of every value of a preset where it comes from', async () => {
    const { code, stdout } = await config(['explain', '--preset', 'relay'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^role +relay +relay\.yaml:\d+ \(preset\)$/m)
    expect(stdout).toMatch(
      /^addresses\.listen +\/ip4\/0\.0\.0\.0\/tcp\/4001 +relay\.yaml:\d+ \(preset\)\n +\/ip6\/::\/tcp\/4001$/m
    )
    expect(stdout).toMatch(/^seeds +\(empty\) +built-in$/m)
    expect(stdout).toMatch(/^tls\.certFile +- +not set$/m)
    expect(stdout).toMatch(/^dataDir +\/home\/ada\/\.waystone\/relay +built-in$/m)
  })

  test('names file and line, variable and flag', async () => {
    const cwd = await folderWith({ 'my.yaml': 'extends: dev\nlog:\n  level: warn\n' })
    const args = ['explain', '--config', 'my.yaml', '--admin-port', '7001', '--set', 'nat.upnp=true', '--json']
    const { stdout } = await config(args, { cwd, env: { WAYSTONE_CONNECTIONS_MAX: '9' } })
    const rows: { path: string; value: unknown; from: string }[] = JSON.parse(stdout)
    const found = Object.fromEntries(rows.map(({ path, value, from }) => [path, [value, from]]))
    expect(found).toMatchObject({
      'log.level': ['warn', 'my.yaml:3'],
      'connections.max': [9, 'WAYSTONE_CONNECTIONS_MAX'],
      'admin.port': [7001, '--admin-port'],
      'nat.upnp': [true, '--set']
    })
  })

  test('of one key says what it is for and how to set it', async () => {
    const { stdout } = await config(['explain', 'relayService.maxReservations', '--preset', 'seed'])
    expect(stdout).toContain('peers that hold a reservation at one time')
    expect(stdout).toContain('WAYSTONE_RELAY_SERVICE_MAX_RESERVATIONS')
  })

  test('of an unknown key exits with 2', async () => {
    const { code, stderr } = await config(['explain', 'relayservice.maxreservation'])
    expect(code).toBe(2)
    expect(stderr).toContain('nearest is relayService.maxReservations')
  })
})

describe('waystone config print', () => {
  test('prints what loads to the same again', async () => {
    const args = ['--preset', 'dev', '--listen', '/ip4/127.0.0.1/tcp/0', '--listen', '/ip4/127.0.0.1/tcp/0/ws']
    const { stdout } = await config(['print', ...args])
    expect(stdout).toContain('    - /ip4/127.0.0.1/tcp/0\n    - /ip4/127.0.0.1/tcp/0/ws\n')
    const cwd = await folderWith({ 'printed.yaml': stdout })
    const again = await config(['print', '--config', 'printed.yaml', '--json'], { cwd })
    const direct = await config(['print', ...args, '--json'])
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(direct.stdout))
  })

  test('refuses a setting without a value, and an unknown one', async () => {
    expect((await config(['print', '--set', 'admin.port'])).code).toBe(2)
    const { code, stderr } = await config(['print', '--set', '__proto__=1', '--set', 'log.level=debug'])
    expect(code).toBe(2)
    expect(stderr).toContain('--set __proto__ ')
  })

  test('refuses an unknown flag and a preset that does not exist with exit code 2', async () => {
    expect((await config(['print', '--prest', 'dev'])).code).toBe(2)
    const { code, stderr } = await config(['print', '--preset', 'deb'])
    expect(code).toBe(2)
    expect(stderr).toContain('nearest is dev')
  })
})

describe('waystone config schema', () => {
  test('prints the schema that is checked in', async () => {
    const { stdout } = await config(['schema'])
    expect(stdout).toBe(await readFile(join(CONFIGS, 'schema.json'), 'utf8'))
  })
})
