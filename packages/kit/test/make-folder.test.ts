import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeFolder } from '../src/make-folder.ts'
import { temporaryFolder } from '../src/testing/node/index.ts'

async function scratch(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return folder.path
}

describe('makeFolder', () => {
  test('makes what is missing above, with its mode, and is content with what is there', async () => {
    const folder = await scratch()
    const path = join(folder, 'a', 'b', 'c')
    await Promise.all([makeFolder(path, { mode: 0o700 }), makeFolder(path, { mode: 0o700 })])
    await makeFolder(path)
    for (const each of [path, join(folder, 'a')]) expect((await stat(each)).mode & 0o777).toBe(0o700)
  })

  test('fails on a file, also above', async () => {
    const file = join(await scratch(), 'file')
    await writeFile(file, '')
    await expect(makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(makeFolder(join(file, 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  })

  test.runIf(process.platform === 'linux').each(['/proc/waystone', '/proc/waystone/below'])(
    'fails at once where none can be made: %s',
    async path => {
      await expect(makeFolder(path)).rejects.toMatchObject({ code: 'ENOENT' })
    }
  )
})
