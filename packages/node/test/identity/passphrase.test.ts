import { execFile } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readPassphrase } from '../../src/identity/index.ts'
import { scratchFolder } from './scratch-folder.ts'

async function passphraseFile(content: string | Uint8Array): Promise<string> {
  const file = join(await scratchFolder(), 'passphrase')
  await writeFile(file, content, { mode: 0o600 })
  return file
}

describe('a passphrase', () => {
  test('is nothing when nobody gave one', async () => {
    expect(await readPassphrase({ env: {} })).toBeUndefined()
  })

  test('comes from the environment as it stands', async () => {
    expect(await readPassphrase({ env: { WAYSTONE_IDENTITY_PASSPHRASE: ' a\n' } })).toBe(' a\n')
  })

  test('comes from the file where both are given', async () => {
    const file = await passphraseFile('from the file')
    const env = { WAYSTONE_IDENTITY_PASSPHRASE: 'from the environment' }
    expect(await readPassphrase({ file, env })).toBe('from the file')
  })

  test.each([
    ['word\n', 'word'],
    ['word\r\n', 'word'],
    ['word', 'word'],
    [' two words \n\n', ' two words \n'],
    ['Zürich\n', 'Zürich']
  ])('in a file with %j is %j', async (content, passphrase) => {
    expect(await readPassphrase({ file: await passphraseFile(content), env: {} })).toBe(passphrase)
  })

  test.each([
    ['empty', ''],
    ['a bare newline', '\n'],
    ['too long', 'x'.repeat(4_097)],
    ['endless', '\n'.repeat(100_000)],
    ['not UTF-8', new Uint8Array([0x61, 0xff])]
  ])('file that is %s is refused', async (_what, content) => {
    const reading = readPassphrase({ file: await passphraseFile(content), env: {} })
    await expect(reading).rejects.toMatchObject({
      name: 'PassphraseInvalidError',
      exitCode: 3,
      hint: expect.any(String)
    })
  })

  test('variable that is empty is refused, so that no key is left open by mistake', async () => {
    const reading = readPassphrase({ env: { WAYSTONE_IDENTITY_PASSPHRASE: '' } })
    await expect(reading).rejects.toMatchObject({ name: 'PassphraseInvalidError' })
  })

  test('file that others can read is refused with the cure', async () => {
    const file = await passphraseFile('word')
    await chmod(file, 0o644)
    await expect(readPassphrase({ file, env: {} })).rejects.toMatchObject({
      name: 'PassphraseFilePermissionsError',
      exitCode: 3,
      hint: `chmod 600 ${file}`
    })
  })

  test('file that is absent, or a folder, is an error by name', async () => {
    const folder = await scratchFolder()
    for (const file of [join(folder, 'none'), folder]) {
      await expect(readPassphrase({ file, env: {} })).rejects.toMatchObject({
        name: 'PassphraseFileError',
        exitCode: 3
      })
    }
  })

  test('may come through a pipe', async () => {
    const file = join(await scratchFolder(), 'pipe')
    await promisify(execFile)('mkfifo', ['-m', '666', file])
    const [passphrase] = await Promise.all([readPassphrase({ file, env: {} }), writeFile(file, 'word\n')])
    expect(passphrase).toBe('word')
  })
})
