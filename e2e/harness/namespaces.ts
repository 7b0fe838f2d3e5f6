import { spawnSync } from 'node:child_process'
import { accessSync } from 'node:fs'

const PROGRAMS = { ip: 'iproute2', nft: 'nftables' } as const

/**
 * Why there can be no network namespaces here, or nothing if there can. Installs what is missing.
 *
 * @param more - further programs, with their Debian packages
 */
export function whyNoNamespaces(more: Readonly<Record<string, string>> = {}): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux'
  if (process.getuid?.() !== 0) return 'network namespaces of their own need root'
  const programs = { ...PROGRAMS, ...more }
  const missing = Object.entries(programs).filter(([program]) => !isInstalled(program))
  if (missing.length > 0) install(missing.map(([, name]) => name))
  const [absent] = Object.keys(programs).filter(program => !isInstalled(program))
  if (absent !== undefined) return `${absent} cannot be installed`
  const name = `ws-${process.pid}-try`
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' })
  spawnSync('ip', ['netns', 'del', name])
  return made.status === 0 ? undefined : made.stderr.trim()
}

/** A command line that runs its last arguments in a namespace. */
export function inside(namespace: string): string[] {
  return ['ip', 'netns', 'exec', namespace]
}

/** Runs a command to its end. @throws with what it printed, if it fails */
export function run([file = '', ...args]: string[]): void {
  const { status, stderr, error } = spawnSync(file, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${[file, ...args].join(' ')}: ${error?.message ?? stderr}`)
}

function isInstalled(program: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin']
  return folders.some(folder => {
    try {
      accessSync(`${folder}/${program}`)
      return true
    } catch {
      return false
    }
  })
}

function install(packages: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const args = ['install', '-y', '--no-install-recommends', ...packages]
  if (spawnSync('apt-get', args, { env }).status === 0) return
  spawnSync('apt-get', ['update'], { env })
  spawnSync('apt-get', args, { env })
}
