import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { SourceFile } from '../src/source-file.ts'

async function folderOfTest(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return folder.path
}

it('a file to send is opened with its size', async () => {
  const path = join(await folderOfTest(), 'file')
  await writeFile(path, 'hello')
  await using file = await SourceFile.open(path)
  expect(file.identity).toMatchObject({ name: 'file', size: 5 })
})

it('a pipe is refused by name and not waited for', async () => {
  const path = join(await folderOfTest(), 'pipe')
  expect(spawnSync('mkfifo', [path]).status).toBe(0)
  await expect(SourceFile.open(path)).rejects.toMatchObject({
    name: 'FileUnreadableError',
    message: expect.stringMatching(/pipe: it is not a regular file/)
  })
})

it.each([
  ['a folder', 'it is a folder'],
  ['nothing', 'ENOENT']
])('%s is refused', async (kind, reason) => {
  const path = join(await folderOfTest(), 'name')
  if (kind === 'a folder') await mkdir(path)
  await expect(SourceFile.open(path)).rejects.toMatchObject({
    name: 'FileUnreadableError',
    message: expect.stringContaining(reason)
  })
})
