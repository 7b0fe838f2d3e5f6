import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { assertSendable } from '../../src/edge/file-argument.ts'

async function pathOfTest(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return join(folder.path, 'name')
}

it('a regular file can be sent', async () => {
  const path = await pathOfTest()
  await writeFile(path, '')
  await expect(assertSendable(path)).resolves.toBeUndefined()
})

it.each<[string, (path: string) => unknown, string]>([
  ['a file that is not there', () => undefined, 'ENOENT'],
  ['a folder', path => mkdir(path), 'it is a folder'],
  ['a pipe', path => spawnSync('mkfifo', [path]), 'it is not a regular file']
])('%s cannot be sent', async (_, make, reason) => {
  const path = await pathOfTest()
  await make(path)
  await expect(assertSendable(path)).rejects.toMatchObject({
    name: 'FileArgumentError',
    exitCode: 2,
    message: expect.stringContaining(reason)
  })
})
