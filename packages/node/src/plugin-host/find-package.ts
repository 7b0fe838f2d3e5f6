import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { resolve as resolveModule } from 'import-meta-resolve'
import { messageOf } from '@waystone/kit/error-fields'
import { PluginNotFoundError } from './errors.ts'

/** Where a package begins, and which version it is. */
export interface FoundPackage {
  /** Of the module to import. */
  url: string
  /** Empty when its `package.json` has none. */
  version: string
}

interface Manifest {
  name: string | undefined
  version: string
  main: string
  exports: unknown
}

/**
 * Looks a package up as Node would from a module in the folder: a name in
 * `node_modules` there and above, a path from there.
 *
 * @throws PluginNotFoundError
 */
export async function findPackage(name: string, folder: string): Promise<FoundPackage> {
  try {
    return isPath(name) ? await findPath(name, folder) : await findName(name, folder)
  } catch (cause) {
    // the rest names a module in the folder, which there is not
    const reason = messageOf(cause).replace(/ imported from .*$/s, '')
    throw new PluginNotFoundError(`the plugin ${name} was not found from ${folder}: ${reason}`, {
      cause,
      hint: isPath(name) ? 'name a folder with a built package' : `run npm install ${name} in ${folder}`
    })
  }
}

function isPath(name: string): boolean {
  return /^(\.{1,2}|~)?(\/|$)/.test(name)
}

async function findName(name: string, folder: string): Promise<FoundPackage> {
  // node:fs, https://… and C:\… are no packages
  if (name.includes(':')) throw new Error('that is neither the name of a package nor a path')
  const url = resolveModule(name, pathToFileURL(join(folder, 'config.yaml')).href)
  return { url, version: await versionAbove(fileURLToPath(url)) }
}

async function findPath(name: string, folder: string): Promise<FoundPackage> {
  const path = name.startsWith('~') ? join(homedir(), name.slice(1)) : resolve(folder, name)
  if ((await stat(path)).isFile()) return { url: pathToFileURL(path).href, version: '' }
  const file = join(path, 'package.json')
  const { name: own, version, main, exports } = await readManifest(file)
  // a package can import itself by its name, which is how its exports apply
  if (exports !== undefined && own !== undefined) {
    return { url: resolveModule(own, pathToFileURL(file).href), version }
  }
  const entry = join(path, main)
  await stat(entry)
  return { url: pathToFileURL(entry).href, version }
}

/** That of the first `package.json` with a name in the folders above a module: those without only set its type. */
async function versionAbove(path: string): Promise<string> {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = await readManifest(join(folder, 'package.json')).catch(() => undefined)
    if (manifest?.name !== undefined) return manifest.version
  }
  return ''
}

async function readManifest(file: string): Promise<Manifest> {
  const { name, version, main, exports }: Record<string, unknown> = Object(JSON.parse(await readFile(file, 'utf8')))
  return {
    name: typeof name === 'string' ? name : undefined,
    version: typeof version === 'string' ? version : '',
    main: typeof main === 'string' ? main : 'index.js',
    exports
  }
}
