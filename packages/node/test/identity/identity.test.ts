import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemRandom } from '@waystone/kit'
import { seededRandom } from '@waystone/kit/testing'
import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { Identity } from '../../src/identity/index.ts'
import {
  createIdentity,
  loadIdentity,
  loadOrCreateIdentity,
  recoverIdentity,
  saveIdentity
} from '../../src/identity/index.ts'
import { scratchFolder } from './scratch-folder.ts'

const cost = { N: 16, r: 1, p: 1 }
const random = seededRandom(2)

describe('a new identity', () => {
  test('comes back from its phrase on a second machine with the same peer id', async () => {
    const first = await createIdentity({ random })
    const second = await recoverIdentity(first.phrase)
    const keyFile = join(await scratchFolder(), 'identity.key')
    await saveIdentity(second, { keyFile, passphrase: 'another one', random, cost })
    const loaded = await loadIdentity({ keyFile, passphrase: 'another one' })
    expect(first.phrase.split(' ')).toHaveLength(24)
    expect(loaded.peerId.toString()).toBe(first.peerId.toString())
    expect(loaded.privateKey.equals(first.privateKey)).toBe(true)
  })

  test('is another one every time', async () => {
    const made = await Promise.all([1, 2, 3].map(() => createIdentity({ random: systemRandom })))
    expect(new Set(made.map(({ phrase }) => phrase)).size).toBe(3)
  })

  test('is saved with mode 0600 in a folder with mode 0700, whatever the umask', async () => {
    const folder = join(await scratchFolder(), 'a', 'b')
    const keyFile = join(folder, 'identity.key')
    await saveIdentity(await createIdentity({ random }), { keyFile, random })
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect(await readdir(folder)).toEqual(['identity.key'])
  })

  test('never overwrites a key', async () => {
    const keyFile = join(await scratchFolder(), 'identity.key')
    await saveIdentity(await createIdentity({ random }), { keyFile, random })
    const before = await readFile(keyFile)
    const saving = saveIdentity(await createIdentity({ random }), { keyFile, random })
    await expect(saving).rejects.toMatchObject({ name: 'KeyFileExistsError', exitCode: 3, hint: expect.any(String) })
    expect(await readFile(keyFile)).toEqual(before)
  })

  test('does not overwrite what is not a key either', async () => {
    const keyFile = join(await scratchFolder(), 'identity.key')
    await mkdir(keyFile)
    const saving = saveIdentity(await createIdentity({ random }), { keyFile, random })
    await expect(saving).rejects.toMatchObject({ name: 'KeyFileExistsError' })
  })

  test('that cannot be written is an error by name', async () => {
    const folder = await scratchFolder()
    await writeFile(join(folder, 'file'), '')
    const saving = saveIdentity(await createIdentity({ random }), {
      keyFile: join(folder, 'file', 'identity.key'),
      random
    })
    await expect(saving).rejects.toMatchObject({ name: 'KeyFileWriteError', hint: expect.any(String) })
    expect(await readdir(folder)).toEqual(['file'])
  })

  test('is not written after an abort', async () => {
    const folder = await scratchFolder()
    const signal = AbortSignal.abort()
    const saving = saveIdentity(
      await createIdentity({ random }),
      { keyFile: join(folder, 'identity.key'), random },
      { signal }
    )
    await expect(saving).rejects.toMatchObject({ name: 'AbortError' })
    expect(await readdir(folder)).toEqual([])
  })
})

describe('a passphrase', () => {
  test('of any text opens what it closed, and no other does', async () => {
    const folder = await scratchFolder()
    let count = 0
    const passphrases = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(passphrases, passphrases, async (passphrase, other) => {
        const keyFile = join(folder, `${count++}.key`)
        const identity = await createIdentity({ random })
        await saveIdentity(identity, { keyFile, passphrase, random, cost })
        const loaded = await loadIdentity({ keyFile, passphrase })
        expect(loaded.privateKey.equals(identity.privateKey)).toBe(true)
        if (other.normalize('NFKD') === passphrase.normalize('NFKD')) return
        await expect(loadIdentity({ keyFile, passphrase: other })).rejects.toMatchObject({
          name: 'PassphraseWrongError'
        })
      }),
      { numRuns: 50 }
    )
  })

  test('is the same passphrase whichever way its letters are composed', async () => {
    const keyFile = join(await scratchFolder(), 'identity.key')
    await saveIdentity(await createIdentity({ random }), { keyFile, passphrase: 'Z\u00FCrich \uFB01n', random, cost })
    await expect(loadIdentity({ keyFile, passphrase: 'Zu\u0308rich fin' })).resolves.toBeDefined()
  })

  test('leaves nothing of the key in the file', async () => {
    const keyFile = join(await scratchFolder(), 'identity.key')
    const identity = await createIdentity({ random })
    await saveIdentity(identity, { keyFile, passphrase: 'secret', random, cost })
    const text = await readFile(keyFile, 'utf8')
    const seed = Buffer.from(identity.privateKey.raw.subarray(0, 30)).toString('base64')
    expect(text).not.toContain('privateKey')
    expect(text).not.toContain(seed)
    expect(text).toContain(identity.peerId.toString())
  })

  test('works with the cost of real files', async () => {
    const keyFile = join(await scratchFolder(), 'identity.key')
    await saveIdentity(await createIdentity({ random }), { keyFile, passphrase: 'secret', random })
    expect(JSON.parse(await readFile(keyFile, 'utf8'))).toMatchObject({ cost: { N: 65_536, r: 8, p: 2 } })
    await expect(loadIdentity({ keyFile, passphrase: 'secret' })).resolves.toBeDefined()
  })

  test('is asked for by name when it is missing', async () => {
    const keyFile = join(await scratchFolder(), 'identity.key')
    await saveIdentity(await createIdentity({ random }), { keyFile, passphrase: 'secret', random, cost })
    await expect(loadIdentity({ keyFile })).rejects.toMatchObject({
      name: 'PassphraseMissingError',
      exitCode: 2,
      hint: expect.stringContaining('WAYSTONE_IDENTITY_PASSPHRASE')
    })
  })

  test('for a key without one is refused, since its giver believes the key protected', async () => {
    const keyFile = join(await scratchFolder(), 'identity.key')
    await saveIdentity(await createIdentity({ random }), { keyFile, random })
    const loading = loadIdentity({ keyFile, passphrase: 'secret' })
    await expect(loading).rejects.toMatchObject({ name: 'KeyNotEncryptedError', exitCode: 3 })
  })
})

describe('a node at its start', () => {
  test('makes a key once and keeps it', async () => {
    const keyFile = join(await scratchFolder(), 'data', 'identity.key')
    const onCreate = vi.fn<(identity: Identity) => void>()
    const first = await loadOrCreateIdentity({ keyFile, random, onCreate })
    const second = await loadOrCreateIdentity({ keyFile, random, onCreate })
    expect(second.peerId.toString()).toBe(first.peerId.toString())
    expect(onCreate).toHaveBeenCalledExactlyOnceWith(first)
  })

  test.each([
    ['readable by others', async (keyFile: string) => chmod(keyFile, 0o644), 'KeyFilePermissionsError'],
    ['damaged', async (keyFile: string) => writeFile(keyFile, '{'), 'KeyFileCorruptError']
  ])('does not replace a key that is %s', async (_what, spoil, name) => {
    const keyFile = join(await scratchFolder(), 'identity.key')
    await loadOrCreateIdentity({ keyFile, random })
    await spoil(keyFile)
    const before = await readFile(keyFile)
    await expect(loadOrCreateIdentity({ keyFile, random })).rejects.toMatchObject({ name, exitCode: 3 })
    expect(await readFile(keyFile)).toEqual(before)
  })

  test('clears away what a killed writer left, and nothing else', async () => {
    const folder = await scratchFolder()
    const keyFile = join(folder, 'identity.key')
    await loadOrCreateIdentity({ keyFile, random })
    await writeFile(join(folder, '.identity.key.new-0123'), '{"form', { mode: 0o600 })
    await writeFile(join(folder, 'identity.key.bak'), '')
    await loadOrCreateIdentity({ keyFile, random })
    expect((await readdir(folder)).sort()).toEqual(['identity.key', 'identity.key.bak'])
  })
})
