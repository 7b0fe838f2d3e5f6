import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import type { Config } from '../schema.ts'
import type { CheckResult } from './result.ts'

/** Whether the data folder and the inbox can be made and written. */
export async function checkFolders({ dataDir, files }: Config): Promise<CheckResult[]> {
  const results = [await checkFolder('data folder', dataDir)]
  if (files.inbox !== undefined) results.push(await checkFolder('inbox', files.inbox))
  return results
}

/** Whether a folder can be read and written, or made. */
export async function checkFolder(name: string, path: string): Promise<CheckResult> {
  try {
    const { mode } = await statFolder(path)
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    if ((mode & 0o022) === 0) return { name, status: 'ok', message: path }
    return { name, status: 'warn', message: `${path} can be written by others`, hint: `chmod 700 ${path}` }
  } catch (error) {
    const code = codeOf(error) ?? messageOf(error)
    if (code === 'ENOENT') return checkCreatable(name, path)
    const message = code === 'ENOTDIR' ? `${path} is not a folder` : `${path} cannot be read and written (${code})`
    return { name, status: 'fail', message, hint: 'choose another folder, or let the user of the node own this one' }
  }
}

async function statFolder(path: string): Promise<{ mode: number }> {
  const stats = await stat(path)
  if (!stats.isDirectory()) throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR' })
  return stats
}

async function checkCreatable(name: string, path: string): Promise<CheckResult> {
  const parent = await findExisting(dirname(path))
  try {
    await statFolder(parent)
    await access(parent, constants.W_OK | constants.X_OK)
    return { name, status: 'ok', message: `${path} will be created` }
  } catch {
    return {
      name,
      status: 'fail',
      message: `${path} cannot be created in ${parent}`,
      hint: 'choose another folder, or create it for the user of the node'
    }
  }
}

async function findExisting(path: string): Promise<string> {
  const exists = await stat(path).then(
    () => true,
    (error: unknown) => codeOf(error) !== 'ENOENT'
  )
  return exists || dirname(path) === path ? path : findExisting(dirname(path))
}
