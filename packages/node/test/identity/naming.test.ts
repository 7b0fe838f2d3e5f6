import { readFile, readdir, stat } from 'node:fs/promises'
import type * as fs from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { seededRandom } from '@waystone/kit/testing'
import { beforeEach, expect, test, vi } from 'vitest'
import { createIdentity, loadOrCreateIdentity, saveIdentity } from '../../src/identity/index.ts'
import { scratchFolder } from './scratch-folder.ts'

// what happens to a writer between its last byte and the key's own name
const meanwhile = vi.hoisted(() => ({ act: async (): Promise<void> => undefined }))

vi.mock('node:fs/promises', async importOriginal => {
  const original = await importOriginal<typeof fs>()
  const link: typeof fs.link = async (from, to) => {
    await meanwhile.act()
    return original.link(from, to)
  }
  return { ...original, link }
})

const random = seededRandom(11)

beforeEach(() => {
  meanwhile.act = async () => undefined
})

/** Lets another writer be first, which then clears all temporary files away. */
function letAnotherWin(keyFile: string): Promise<string> {
  return new Promise(resolve => {
    meanwhile.act = async () => {
      meanwhile.act = async () => undefined
      const { peerId } = await loadOrCreateIdentity({ keyFile, random })
      resolve(peerId.toString())
    }
  })
}

test('a key gets its name when all of it is on disk, so that no crash leaves half of one', async () => {
  const keyFile = join(await scratchFolder(), 'identity.key')
  const seen: string[] = []
  meanwhile.act = async () => {
    for (const name of await readdir(dirname(keyFile))) {
      const file = join(dirname(keyFile), name)
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      seen.push(name, await readFile(file, 'utf8'))
    }
  }
  await saveIdentity(await createIdentity({ random }), { keyFile, random })
  expect(seen).toEqual([expect.stringMatching(/^\.identity\.key\.new-[0-9a-f]{16}$/), await readFile(keyFile, 'utf8')])
})

test('a writer that lost, and whose temporary file the winner cleared away, says that there is a key', async () => {
  const keyFile = join(await scratchFolder(), 'identity.key')
  const winner = letAnotherWin(keyFile)
  const saving = saveIdentity(await createIdentity({ random }), { keyFile, random })
  await expect(saving).rejects.toMatchObject({ name: 'KeyFileExistsError' })
  await winner
  expect(await readdir(dirname(keyFile))).toEqual(['identity.key'])
})

test('a node that lost takes the key of the winner', async () => {
  const keyFile = join(await scratchFolder(), 'identity.key')
  const winner = letAnotherWin(keyFile)
  const { peerId } = await loadOrCreateIdentity({ keyFile, random })
  expect(peerId.toString()).toBe(await winner)
})

test('a key that cannot get its name, as without hard links, leaves nothing behind', async () => {
  const keyFile = join(await scratchFolder(), 'identity.key')
  meanwhile.act = async () => {
    throw Object.assign(new Error('not supported'), { code: 'ENOTSUP' })
  }
  const saving = saveIdentity(await createIdentity({ random }), { keyFile, random })
  await expect(saving).rejects.toMatchObject({ name: 'KeyFileWriteError', message: expect.stringContaining('ENOTSUP') })
  expect(await readdir(dirname(keyFile))).toEqual([])
})
