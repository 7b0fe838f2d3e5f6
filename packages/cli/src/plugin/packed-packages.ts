import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { VERSION } from '@waystone/node/version'
import { codeOf } from '@waystone/kit/error-fields'
import { PackedPackagesMissingError } from './errors.ts'
import { readManifest } from './tarball.ts'
import type { PackedManifest } from './tarball.ts'

const SCOPE = '@waystone/'
const HINT = 'run npm run pack in a checkout of this release, and name the folder that it prints'

interface Packed extends PackedManifest {
  file: string
}

/**
 * Packages of this release as tarballs in a folder, for use in place of those on the registry.
 *
 * @param wanted - packages that must be there, with all of ours that they depend on
 * @returns by name of the package, what npm takes in place of a version; paths are absolute, so that they hold
 * wherever the new package is moved
 * @throws PackedPackagesMissingError
 */
export async function packedPackages(folder: string, wanted: readonly string[]): Promise<Record<string, string>> {
  const found = await packagesIn(resolve(folder))
  if (found.size === 0) throw missing(`there are no packages of Waystone ${VERSION} in ${resolve(folder)}`)
  const needed = withDependencies(wanted.filter(isOurs), found)
  const absent = [...needed].filter(name => !found.has(name))
  if (absent.length > 0) throw missing(`${resolve(folder)} has no ${absent.join(', ')} of version ${VERSION}`)
  return Object.fromEntries([...needed].toSorted().map(name => [name, `file:${found.get(name)?.file}`]))
}

function missing(message: string): PackedPackagesMissingError {
  return new PackedPackagesMissingError(message, { hint: HINT })
}

async function packagesIn(folder: string): Promise<Map<string, Packed>> {
  const names = (await filesIn(folder)).filter(name => name.endsWith('.tgz')).map(name => join(folder, name))
  const packages = await Promise.all(names.map(async file => ({ file, manifest: await readManifest(file) })))
  const ours = packages.flatMap(({ file, manifest }) =>
    manifest !== undefined && isOurs(manifest.name) && manifest.version === VERSION ? [{ ...manifest, file }] : []
  )
  return new Map(ours.map(packed => [packed.name, packed]))
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') throw missing(`${folder} is no folder`)
    throw error
  }
}

/** A set grows while it is walked: each name that is added has its turn. */
function withDependencies(wanted: readonly string[], found: ReadonlyMap<string, Packed>): Set<string> {
  const needed = new Set(wanted)
  for (const name of needed)
    found
      .get(name)
      ?.dependencies.filter(isOurs)
      .forEach(other => needed.add(other))
  return needed
}

function isOurs(name: string): boolean {
  return name.startsWith(SCOPE)
}
