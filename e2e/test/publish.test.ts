import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { expect, it, onTestFinished } from 'vitest'
import { packPackages, PNPM } from '../harness/packs.ts'
import { temporaryFolder } from '@waystone/kit/testing/node'

const run = promisify(execFile)

it('packages that are packed and installed elsewhere run from dist and deliver a file', async () => {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  const packs = join(folder.path, 'packs')
  const user = join(folder.path, 'user')
  await mkdir(user)
  const overrides = await packPackages(packs)
  expect(Object.keys(overrides)).toContain('@waystone/cli')
  const dependencies = { '@waystone/cli': overrides['@waystone/cli'] }
  await writeFile(join(user, 'package.json'), JSON.stringify({ name: 'user', private: true, dependencies }))
  await writeFile(join(user, 'pnpm-workspace.yaml'), stringify({ autoInstallPeers: false, overrides }))
  await run('npx', [...PNPM, 'install', '--prefer-offline'], { cwd: user })

  const cli = join(user, 'node_modules/@waystone/cli')
  const manifest = JSON.parse(await readFile(join(cli, 'package.json'), 'utf8')) as { bin: { waystone: string } }
  expect(manifest.bin.waystone).toMatch(/dist\/main\.js$/)
  const args = [join(cli, manifest.bin.waystone), 'up', '--once', 'package.json', '--data-dir', join(user, 'up')]
  const { stdout } = await run(process.execPath, args, { cwd: user })
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^delivered package\.json: .* path relayed/)

  // its templates are no code: they are in the package only if they are named there
  await run(process.execPath, [join(cli, manifest.bin.waystone), 'plugin', 'new', 'my-hello'], { cwd: user })
  expect(await readFile(join(user, 'my-hello/src/index.ts'), 'utf8')).toContain("name: 'my-hello'")
})
