import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { repository } from './command.ts'

const run = promisify(execFile)

/** How the tests call pnpm: through the machine's own npx. */
export const PNPM = ['--yes', 'pnpm@12.21.0']

/**
 * Builds and packs every package as for the registry.
 *
 * @returns by name of the package, what npm and pnpm take in place of a version
 */
export async function packPackages(folder: string): Promise<Record<string, string>> {
  await run('tsc', ['-b'], { cwd: repository })
  const all = ['-r', '--filter', './packages/*', '--filter', './configs', 'pack', '--pack-destination', folder]
  await run('npx', [...PNPM, ...all], { cwd: repository })
  const tarballs = globSync('*.tgz', { cwd: folder })
  return Object.fromEntries(tarballs.map(file => [packageName(file), `file:${join(folder, file)}`]))
}

/** `waystone-cli-0.1.0.tgz` is what `@waystone/cli` is packed into. */
function packageName(file: string): string {
  return basename(file).replace(/^waystone-(.*)-\d+\.\d+\.\d+\.tgz$/, '@waystone/$1')
}
