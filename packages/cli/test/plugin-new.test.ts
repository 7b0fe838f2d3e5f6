import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { newPlugin } from '../src/plugin/new-plugin.ts'
import { VERSION } from '@waystone/node/version'

async function emptyFolder(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return folder.path
}

async function manifestIn(folder: string): Promise<Record<string, Record<string, string>>> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<string, Record<string, string>>
}

it('writes a package with every placeholder filled', async () => {
  const { folder, files } = await newPlugin('my-hello', await emptyFolder())
  expect(files).toContain('proto/my_hello/v1/my_hello.proto')
  for (const file of files) expect(await readFile(join(folder, file), 'utf8'), file).not.toMatch(/\{\{|\}\}$/m)
  expect(await readFile(join(folder, 'src/index.ts'), 'utf8')).toContain(
    "import { MyHelloService } from './gen/my_hello/v1/my_hello_pb.ts'"
  )
  expect(await manifestIn(folder)).toMatchObject({ name: 'my-hello' })
})

it('asks for the versions that this release is made of', async () => {
  const { folder } = await newPlugin('hello', await emptyFolder())
  const workspace = await readFile(join(import.meta.dirname, '../../../pnpm-workspace.yaml'), 'utf8')
  const { catalog } = parse(workspace) as { catalog: Record<string, string> }
  const { dependencies, devDependencies, optionalDependencies } = await manifestIn(folder)
  const wanted = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
  expect(wanted.length).toBeGreaterThan(10)
  for (const [name, range] of wanted) {
    expect(range, name).toBe(`^${name.startsWith('@waystone/') ? VERSION : catalog[name]}`)
  }
})

it.each([
  '',
  'Hello',
  '1st',
  'a_b',
  'a--b',
  'a-',
  'a-1',
  '../up',
  'a/b',
  '.',
  'a"b',
  'a'.repeat(33),
  'rpc',
  'registrar',
  'events',
  'http',
  'zod',
  'it-pipe',
  'typescript',
  '$&',
  '__proto__'
])('refuses the name %j, and writes nothing', async name => {
  const parent = await emptyFolder()
  await expect(newPlugin(name, parent)).rejects.toMatchObject({ name: 'PluginNameInvalidError', exitCode: 2 })
  await expect(newPlugin('hello', parent)).resolves.toMatchObject({ folder: join(parent, 'hello') })
})

it('refuses a folder with something in it, and a file', async () => {
  const parent = await emptyFolder()
  await mkdir(join(parent, 'empty'))
  await newPlugin('empty', parent)
  await expect(newPlugin('empty', parent)).rejects.toMatchObject({ name: 'FolderNotEmptyError' })
  await writeFile(join(parent, 'file'), '')
  await expect(newPlugin('file', parent)).rejects.toMatchObject({ name: 'FolderNotEmptyError' })
})
