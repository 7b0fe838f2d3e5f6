import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Where Debian puts programs. */
const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin']
/** A browser with everything that it needs takes minutes on a slow line. */
const INSTALL_MS = 10 * 60_000

/**
 * The path of a program of Debian, which is installed if it is missing: as root
 * or where `sudo` asks no password.
 */
export async function debianProgram(program: string, debianPackage = program): Promise<string> {
  const found = await find(program)
  if (found !== undefined) return found
  if (!(await install(debianPackage))) {
    await apt('update')
    if (!(await install(debianPackage))) throw new Error(`the Debian package ${debianPackage} cannot be installed`)
  }
  const installed = await find(program)
  if (installed === undefined) throw new Error(`the Debian package ${debianPackage} has no ${program}`)
  return installed
}

async function install(debianPackage: string): Promise<boolean> {
  return await apt('install', '-y', '--no-install-recommends', debianPackage).then(
    () => true,
    () => false
  )
}

async function apt(...args: string[]): Promise<void> {
  const command = ['apt-get', '-o', 'DPkg::Lock::Timeout=300', ...args]
  const [file = '', ...rest] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command]
  await run(file, rest, { timeout: INSTALL_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
}

async function find(program: string): Promise<string | undefined> {
  for (const folder of FOLDERS) {
    const path = join(folder, program)
    if (await isThere(path)) return path
  }
  return undefined
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false
  )
}
