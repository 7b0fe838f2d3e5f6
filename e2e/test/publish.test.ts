import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { expect, it, onTestFinished } from 'vitest'
import { repository } from '../harness/command.ts'
import { temporaryFolder } from '@waystone/kit/testing/node'

const run = promisify(execFile)
const PNPM = ['--yes', 'pnpm@12.21.0']

it('packages that are packed and installed elsewhere run from dist and deliver a file', async () => {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  const packs = join(folder.path, 'packs')
  const user = join(folder.path, 'user')
  await mkdir(user)
  await run('tsc', ['-b'], { cwd: repository })
  const all = ['-r', '--filter', './packages/*', '--filter', './configs', 'pack', '--pack-destination', packs]
  await run('npx', [...PNPM, ...all], { cwd: repository })

  const tarballs = globSync('*.tgz', { cwd: packs })
  const overrides = Object.fromEntries(tarballs.map(file => [packageName(file), `file:${join(packs, file)}`]))
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
})

/** `waystone-cli-0.1.0.tgz` is what `@waystone/cli` is packed into. */
function packageName(file: string): string {
  return basename(file).replace(/^waystone-(.*)-\d+\.\d+\.\d+\.tgz$/, '@waystone/$1')
}
