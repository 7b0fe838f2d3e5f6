import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import { errorOf } from './rejection.ts'
import { scratchFolder, writeFiles } from './scratch-folder.ts'

async function errorOfFile(content: string | Uint8Array): Promise<Error> {
  const cwd = await writeFiles({ 'my.yaml': content })
  return errorOf({ file: 'my.yaml', cwd })
}

const MIB = 2 ** 20
const BOMB = `a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
seeds: [*c, *c, *c, *c, *c, *c, *c, *c, *c]
`

describe('a file that is no configuration', () => {
  test.each<[string, string | Uint8Array, string, RegExp]>([
    ['an alias bomb', BOMB, 'ConfigSyntaxError', /alias/],
    ['an alias of nothing', 'seeds: *nobody\n', 'ConfigSyntaxError', /alias/],
    ['brackets without end', '['.repeat(60_000), 'ConfigSyntaxError', /^my.yaml:1:\d+: nested too deeply/],
    ['nested brackets', `a: ${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'ConfigSyntaxError', /nested too deeply/],
    ['2 MiB', 'a'.repeat(2 * MIB), 'ConfigFileTooLargeError', /larger than 64 KiB/],
    ['the same key twice', 'role: seed\nrole: edge\n', 'ConfigSyntaxError', /^my.yaml:2:1: the same key twice$/],
    ['two documents', 'role: seed\n---\nrole: edge\n', 'ConfigSyntaxError', /more than one document/],
    ['a tab as indent', 'log:\n\tlevel: info\n', 'ConfigSyntaxError', /^my.yaml:2:1: Tabs/],
    ['an unclosed quote', 'network: "main\n', 'ConfigSyntaxError', /^my.yaml:2:1: Missing closing/],
    ['a tag of another language', 'role: !!js/function x\n', 'ConfigSyntaxError', /^my.yaml:1:7: .*tag/],
    ['bytes that are no text', Uint8Array.of(0x72, 0xff, 0xfe, 0x00), 'ConfigSyntaxError', /not UTF-8/],
    ['a list', '- role\n- seed\n', 'ConfigSyntaxError', /must be a mapping/],
    ['a word', 'seed\n', 'ConfigSyntaxError', /must be a mapping/],
    ['zeros', new Uint8Array(100), 'ConfigSyntaxError', /must be a mapping/]
  ])('is refused by name: %s', async (_what, content, name, message) => {
    const error = await errorOfFile(content)
    expect(error).toMatchObject({ name, exitCode: 2, hint: expect.any(String) })
    expect(error.message).toMatch(message)
    expect(error.message.length).toBeLessThan(500)
  })

  test('is refused when it refers to itself', async () => {
    expect(await errorOfFile('&all\nlog: *all\n')).toMatchObject({ exitCode: 2 })
    expect(await errorOfFile('seeds: &s [*s]\n')).toMatchObject({ exitCode: 2 })
    const plugin = 'plugins: [{ package: a, config: &c { self: *c } }]\n'
    expect(await errorOfFile(plugin)).toMatchObject({ name: 'ConfigSyntaxError', exitCode: 2 })
  })

  test('is refused when it is a folder, or missing, or not readable', async () => {
    const cwd = await scratchFolder()
    expect(await errorOf({ file: cwd })).toMatchObject({ name: 'ConfigFileUnreadableError', exitCode: 2 })
    expect(await errorOf({ file: 'absent.yaml', cwd })).toMatchObject({
      name: 'ConfigFileNotFoundError',
      message: 'absent.yaml does not exist',
      exitCode: 2
    })
    expect(await errorOf({ file: join(cwd, 'a\0b') })).toMatchObject({ name: 'ConfigFileUnreadableError' })
  })

  test('is refused when it never ends', async () => {
    expect(await errorOf({ file: '/dev/zero' })).toMatchObject({ name: 'ConfigFileTooLargeError' })
  })

  test('is never more than a named error, whatever it holds', async () => {
    const line = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom('log:', '  level: info', 'seeds: [', ']', 'extends: relay', '- x', '? a', ': b', '<<: *a', '&a')
    )
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async lines => {
        const cwd = await writeFiles({ 'my.yaml': lines.join('\n') })
        const outcome = await loadConfig({ file: 'my.yaml', cwd }).then(
          () => 2,
          (error: { exitCode?: number }) => error.exitCode
        )
        expect(outcome).toBe(2)
      }),
      { numRuns: 200 }
    )
  })
})

describe('a file that is a configuration', () => {
  test.each([
    ['empty', ''],
    ['only comments', '# nothing\n'],
    ['an empty section', 'log:\n'],
    ['JSON', '{"log":{"level":"info"}}'],
    ['a byte order mark', '\uFEFFrole: edge\n'],
    ['Windows line ends', 'role: edge\r\nlog:\r\n  level: info\r\n']
  ])('is taken: %s', async (_what, content) => {
    const cwd = await writeFiles({ 'my.yaml': content })
    expect((await loadConfig({ file: 'my.yaml', cwd })).config.log.level).toBe('info')
  })

  test('may repeat itself with an anchor', async () => {
    const cwd = await writeFiles({ 'my.yaml': 'nat: { stun: &urls [stun:a:1] }\nencrypters: [tls]\n' })
    const { config } = await loadConfig({ file: 'my.yaml', cwd })
    expect(config.nat.stun).toEqual(['stun:a:1'])
  })
})
