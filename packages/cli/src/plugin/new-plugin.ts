import { readdir, writeFile } from 'node:fs/promises'
import { makeFolder } from '@waystone/kit/make-folder'
import { dirname, join, resolve } from 'node:path'
import { codeOf } from '@waystone/kit/error-fields'
import { FolderNotEmptyError } from './errors.ts'
import { checkName } from './name.ts'
import { packedPackages } from './packed-packages.ts'
import { renderTemplate } from './template.ts'

/** A package that was just written. */
export interface NewPlugin {
  name: string
  /** Absolute. */
  folder: string
  /** Paths in the folder. */
  files: string[]
}

export interface NewPluginOptions {
  /** Folder with the packages of this release as tarballs; without it they come from the registry. */
  packages?: string
}

/**
 * Writes a working package of a plugin into a new folder of that name.
 *
 * @param parent - the folder in which it is made
 * @throws PluginNameInvalidError, FolderNotEmptyError, PackedPackagesMissingError - nothing was written
 */
export async function newPlugin(name: string, parent: string, { packages }: NewPluginOptions = {}): Promise<NewPlugin> {
  const files = await renderTemplate(name)
  const manifest = files.get('package.json') ?? '{}'
  const dependencies = dependenciesIn(manifest)
  checkName(name, dependencies)
  const folder = resolve(parent, name)
  await assertEmpty(folder)
  if (packages !== undefined) {
    files.set('package.json', withTarballs(manifest, await packedPackages(packages, dependencies)))
  }
  for (const [path, text] of files) {
    const file = join(folder, path)
    await makeFolder(dirname(file))
    await writeFile(file, text, { flag: 'wx' })
  }
  return { name, folder, files: [...files.keys()] }
}

function dependenciesIn(manifest: string): string[] {
  // a name with a quote in it breaks the JSON, and is refused as a name anyway
  try {
    const { dependencies, devDependencies, optionalDependencies }: Record<string, unknown> = Object(
      JSON.parse(manifest)
    )
    return [dependencies, devDependencies, optionalDependencies].flatMap(some => Object.keys(Object(some)))
  } catch {
    return []
  }
}

/** Overrides make packages that others depend on tarballs too; npm wants the same text where they are named twice. */
function withTarballs(manifest: string, tarballs: Record<string, string>): string {
  const fields: Record<string, unknown> = Object(JSON.parse(manifest))
  const replaced = ['dependencies', 'devDependencies'].map(part => {
    const versions = Object.entries(Object(fields[part]))
    return [part, Object.fromEntries(versions.map(([name, version]) => [name, tarballs[name] ?? version]))]
  })
  return `${JSON.stringify({ ...fields, ...Object.fromEntries(replaced), overrides: tarballs }, undefined, 2)}\n`
}

async function assertEmpty(folder: string): Promise<void> {
  try {
    if ((await readdir(folder)).length === 0) return
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    if (codeOf(error) !== 'ENOTDIR') throw error
  }
  throw new FolderNotEmptyError(`${folder} exists already`, { hint: 'choose another name, or remove it' })
}
