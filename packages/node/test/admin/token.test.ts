import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { seededRandom } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { expect, test } from 'vitest'
import { adminTokenPath, loadOrCreateToken } from '../../src/admin/token.ts'

test('a token is made once, for its owner only, and kept', async () => {
  await using folder = await temporaryFolder()
  const random = seededRandom(1)
  const token = await loadOrCreateToken(folder.path, random)
  expect(token).toMatch(/^[0-9a-f]{64}$/)
  await expect(loadOrCreateToken(folder.path, random)).resolves.toBe(token)
  await expect(readFile(adminTokenPath(folder.path), 'utf8')).resolves.toBe(`${token}\n`)
  expect((await stat(adminTokenPath(folder.path))).mode & 0o777).toBe(0o600)
  await expect(readdir(folder.path)).resolves.toEqual(['admin.token'])
})

test('of several that start at once, all get the same', async () => {
  await using folder = await temporaryFolder()
  const starts = [1, 2, 3, 4].map(async seed => await loadOrCreateToken(folder.path, seededRandom(seed)))
  expect(new Set(await Promise.all(starts)).size).toBe(1)
})

test.each([0o644, 0o640, 0o666, 0o602])('a token that others may touch (mode %o) is refused', async mode => {
  await using folder = await temporaryFolder()
  await loadOrCreateToken(folder.path, seededRandom(1))
  await chmod(adminTokenPath(folder.path), mode)
  await expect(loadOrCreateToken(folder.path, seededRandom(1))).rejects.toMatchObject({
    name: 'AdminTokenFileError',
    exitCode: 3,
    message: expect.stringContaining(`0${mode.toString(8)}`),
    hint: expect.stringContaining('remove the file')
  })
})

test.each(['', 'short', `${'f'.repeat(64)}\nmore`, 'g'.repeat(64), 'f'.repeat(100_000)])(
  'a file with %.20j in it holds no token',
  async text => {
    await using folder = await temporaryFolder()
    await writeFile(adminTokenPath(folder.path), text, { mode: 0o600 })
    await expect(loadOrCreateToken(folder.path, seededRandom(1))).rejects.toMatchObject({ name: 'AdminTokenFileError' })
  }
)

test('neither a folder nor a pipe in its place holds up the start', async () => {
  await using folder = await temporaryFolder()
  const path = adminTokenPath(folder.path)
  await mkdir(path, { mode: 0o700 })
  await expect(loadOrCreateToken(folder.path, seededRandom(1))).rejects.toMatchObject({ name: 'AdminTokenFileError' })
  await using other = await temporaryFolder()
  execFileSync('mkfifo', ['-m', '600', adminTokenPath(other.path)])
  await expect(loadOrCreateToken(other.path, seededRandom(1))).rejects.toMatchObject({ name: 'AdminTokenFileError' })
})
