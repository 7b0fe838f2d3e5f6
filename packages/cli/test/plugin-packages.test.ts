import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { VERSION } from '@waystone/node/version'
import { expect, it, onTestFinished } from 'vitest'
import { newPlugin } from '../src/plugin/new-plugin.ts'

async function emptyFolder(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return folder.path
}

/** One file of a tar archive: a header block with name and octal size, then whole blocks of text. */
function tarred(path: string, text: string): Buffer {
  const header = Buffer.alloc(512)
  header.write(path)
  header.write(text.length.toString(8).padStart(11, '0'), 124)
  return Buffer.concat([header, Buffer.from(text), Buffer.alloc((512 - (text.length % 512)) % 512)])
}

interface Packed {
  version?: string
  dependencies?: Record<string, string>
}

async function pack(
  folder: string,
  name: string,
  { version = VERSION, dependencies = {} }: Packed = {}
): Promise<void> {
  const manifest = JSON.stringify({ name, version, dependencies })
  const archive = [tarred('package/README.md', 'x'.repeat(600)), tarred('package/package.json', manifest)]
  await writeFile(join(folder, `${name.replaceAll(/[^a-z]/g, '')}.tgz`), gzipSync(Buffer.concat(archive)))
}

/** Those that the template names; testkit needs one more. */
async function packAll(folder: string): Promise<void> {
  for (const name of ['interface', 'kit', 'plugin']) await pack(folder, `@waystone/${name}`)
  await pack(folder, '@waystone/testkit', { dependencies: { '@waystone/node': VERSION, zod: '4.0.0' } })
}

it('takes packages from a folder, and those that they depend on', async () => {
  const parent = await emptyFolder()
  const packages = join(parent, 'packs')
  await mkdir(packages)
  await packAll(packages)
  await pack(packages, '@waystone/node')
  await pack(packages, '@waystone/cli')
  await writeFile(join(packages, 'notes.txt'), '')
  const { folder } = await newPlugin('hello', parent, { packages })
  const text = await readFile(join(folder, 'package.json'), 'utf8')
  const manifest = JSON.parse(text) as Record<string, Record<string, string>>
  expect(manifest['overrides']).toEqual({
    '@waystone/interface': `file:${packages}/waystoneinterface.tgz`,
    '@waystone/kit': `file:${packages}/waystonekit.tgz`,
    '@waystone/node': `file:${packages}/waystonenode.tgz`,
    '@waystone/plugin': `file:${packages}/waystoneplugin.tgz`,
    '@waystone/testkit': `file:${packages}/waystonetestkit.tgz`
  })
  expect(manifest['dependencies']?.['@waystone/kit']).toBe(`file:${packages}/waystonekit.tgz`)
  expect(manifest['devDependencies']?.['@waystone/testkit']).toBe(`file:${packages}/waystonetestkit.tgz`)
  expect(manifest['dependencies']?.['zod']).toMatch(/^\^\d/)
  expect(text).not.toContain(`^${VERSION}"`)
})

it.each<[string, (folder: string) => Promise<void>, RegExp]>([
  ['a folder that is none', async () => {}, /packs is no folder/],
  ['a file', async folder => await writeFile(folder, ''), /packs is no folder/],
  ['an empty folder', async folder => await mkdir(folder), /no packages of Waystone .* in .*packs/],
  [
    'archives that are none of Waystone',
    async folder => {
      await mkdir(folder)
      await pack(folder, 'waystone')
      await writeFile(join(folder, 'noise.tgz'), 'noise')
      await writeFile(join(folder, 'zeros.tgz'), gzipSync(Buffer.alloc(2000)))
      await writeFile(join(folder, 'size.tgz'), gzipSync(Buffer.from('package/package.json'.padEnd(1024, '\0'))))
      await writeFile(join(folder, 'text.tgz'), gzipSync(tarred('package/package.json', '"text"')))
    },
    /no packages of Waystone/
  ],
  [
    'packages of another release',
    async folder => {
      await mkdir(folder)
      await packAll(folder)
      await pack(folder, '@waystone/node')
      await pack(folder, '@waystone/kit', { version: '99.0.0' })
    },
    /packs has no @waystone\/kit of version \d/
  ],
  [
    'packages without one that they depend on',
    async folder => {
      await mkdir(folder)
      await packAll(folder)
    },
    /packs has no @waystone\/node of version \d/
  ]
])('refuses %s, and writes nothing', async (_what, fill, message) => {
  const parent = await emptyFolder()
  const packages = join(parent, 'packs')
  await fill(packages)
  await expect(newPlugin('hello', parent, { packages })).rejects.toMatchObject({
    name: 'PackedPackagesMissingError',
    message: expect.stringMatching(message),
    hint: expect.stringContaining('npm run pack'),
    exitCode: 2
  })
  expect(await readdir(parent)).not.toContain('hello')
})
