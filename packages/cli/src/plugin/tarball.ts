import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

/** What is read of a package.json. */
export interface PackedManifest {
  name: string
  version: string
  dependencies: string[]
}

/** Bytes of a package, unpacked; ours have less than two million. */
const MAX_UNPACKED = 50_000_000
/** Of a tar archive: headers take one block, contents whole blocks. */
const BLOCK = 512

/**
 * The package.json in a tarball of `npm pack` or `pnpm pack`.
 *
 * @returns undefined if there is none that can be read
 */
export async function readManifest(tarball: string): Promise<PackedManifest | undefined> {
  try {
    const archive = await promisify(gunzip)(await readFile(tarball), { maxOutputLength: MAX_UNPACKED })
    return parseManifest(fileIn(archive, 'package/package.json')?.toString())
  } catch {
    return undefined
  }
}

function fileIn(archive: Buffer, path: string): Buffer | undefined {
  for (let at = 0; at + BLOCK <= archive.length;) {
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8)
    if (!(size >= 0)) return undefined
    const start = at + BLOCK
    if (archive.toString('utf8', at, at + 100).replace(/\0.*$/s, '') === path) {
      return archive.subarray(start, start + size)
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK
  }
  return undefined
}

function parseManifest(text = ''): PackedManifest | undefined {
  const { name, version, dependencies }: Record<string, unknown> = Object(JSON.parse(text))
  if (typeof name !== 'string' || typeof version !== 'string') return undefined
  return { name, version, dependencies: Object.keys(Object(dependencies)) }
}
