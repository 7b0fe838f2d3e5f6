import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { repository } from './command.ts'

/** How scripts and tests call pnpm: through the machine's own npx. */
export const PNPM = ['--yes', 'pnpm@12.21.0']

/**
 * Builds and packs every package as for the registry.
 *
 * @returns by name of the package, what npm and pnpm take in place of a version
 */
export async function packPackages(folder: string): Promise<Record<string, string>> {
  await run('tsc', ['-b'])
  const all = ['-r', '--filter', './packages/*', '--filter', './configs', 'pack', '--pack-destination', folder]
  await run('npx', [...PNPM, ...all])
  const tarballs = globSync('*.tgz', { cwd: folder })
  return Object.fromEntries(tarballs.map(file => [packageName(file), `file:${join(folder, file)}`]))
}

/** @throws with what the program printed: that of a compiler is on standard output */
async function run(file: string, args: string[]): Promise<void> {
  try {
    await promisify(execFile)(file, args, { cwd: repository })
  } catch (error) {
    const printed = error instanceof Error && 'stdout' in error ? String(error.stdout) : ''
    throw new Error(`${file} failed\n${printed}`, { cause: error })
  }
}

/** `waystone-cli-0.1.0.tgz` is what `@waystone/cli` is packed into. */
function packageName(file: string): string {
  return basename(file).replace(/^waystone-(.*)-\d+\.\d+\.\d+\.tgz$/, '@waystone/$1')
}
