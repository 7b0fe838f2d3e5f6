import { spawnSync } from 'node:child_process'

/**
 * A command line that mounts a disk of `kib` KiB on `folder`, seen only by the
 * command that is appended, and gone with it. Needs user namespaces or root.
 */
export function onSmallDisk(folder: string, kib: number): string[] {
  const script = 'mount -t tmpfs -o "size=$2k" tmpfs "$1" && shift 2 && exec "$@"'
  return ['unshare', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', folder, String(kib)]
}

/** As {@link onSmallDisk}, with an empty disk that nobody can write to. */
export function onReadOnlyDisk(folder: string): string[] {
  const script = 'mount -t tmpfs -o ro tmpfs "$1" && shift && exec "$@"'
  return ['unshare', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', folder]
}

/** A command line that runs what is appended on the disks that a process sees. */
export function onDisksOf(pid: number): string[] {
  return ['nsenter', `--target=${pid}`, '--user', '--mount', '--preserve-credentials']
}

/** Why there can be no small disks here, or nothing if there can. */
export function whyNoSmallDisk(): string | undefined {
  const [file = '', ...args] = onSmallDisk('/mnt', 64)
  const { status, error, stderr } = spawnSync(file, [...args, 'true'], { encoding: 'utf8' })
  if (status === 0) return undefined
  return error?.message ?? stderr.trim()
}
