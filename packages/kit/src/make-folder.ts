import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from './error-fields.ts'

export interface MakeFolderOptions {
  /** Of the folders that are made; default: what the process's umask leaves. */
  mode?: number
}

/**
 * Makes a folder and those above it, as far as they are missing. Node's own `recursive` does not end where the system
 * answers that a folder is missing although the one above it is there, as `/proc` does (Node 24).
 *
 * @throws the error of the system, by its code
 */
export async function makeFolder(path: string, options: MakeFolderOptions = {}): Promise<void> {
  try {
    await mkdirOnce(path, options)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolder(dirname(path), options)
    await mkdirOnce(path, options)
  }
}

/** One that is there already is as good, also where it cannot be made. */
async function mkdirOnce(path: string, { mode }: MakeFolderOptions): Promise<void> {
  try {
    await mkdir(path, { ...(mode !== undefined && { mode }) })
  } catch (error) {
    const isFolder = await stat(path).then(
      found => found.isDirectory(),
      () => false
    )
    if (!isFolder) throw error
  }
}
