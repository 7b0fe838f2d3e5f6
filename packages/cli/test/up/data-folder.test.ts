import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { prepareDataFolder } from '../../src/up/data-folder.ts'

async function folderOfTest(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'waystone-cli-'))
  onTestFinished(async () => await rm(path, { recursive: true }))
  return path
}

it('makes a folder and marks it with the process', async () => {
  const path = await prepareDataFolder(join(await folderOfTest(), 'deep/up'))
  expect(JSON.parse(await readFile(join(path, 'up.json'), 'utf8'))).toEqual({ pid: process.pid })
})

it('clears what an earlier network left there', async () => {
  const folder = await folderOfTest()
  // the highest process id that Linux gives is 2^22
  await writeFile(join(folder, 'up.json'), JSON.stringify({ pid: 2 ** 22 + 1 }))
  await writeFile(join(folder, 'seed-1.yaml'), '')
  await prepareDataFolder(folder)
  expect(await readdir(folder)).toEqual(['up.json'])
})

it('clears after a marker that was only half written', async () => {
  const folder = await folderOfTest()
  await writeFile(join(folder, 'up.json'), '{"pi')
  await prepareDataFolder(folder)
  expect(await readdir(folder)).toEqual(['up.json'])
})

it('refuses a folder whose network still runs', async () => {
  const folder = await folderOfTest()
  await prepareDataFolder(folder)
  await expect(prepareDataFolder(folder)).rejects.toMatchObject({ name: 'NetworkRunningError', exitCode: 3 })
})

it('refuses a folder with something else in it, and leaves it there', async () => {
  const folder = await folderOfTest()
  await writeFile(join(folder, 'thesis.txt'), '')
  await expect(prepareDataFolder(folder)).rejects.toMatchObject({ name: 'FolderNotEmptyError', exitCode: 2 })
  expect(await readdir(folder)).toEqual(['thesis.txt'])
})
