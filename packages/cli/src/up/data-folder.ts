import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { makeFolder } from '@waystone/kit/make-folder'
import { join, resolve } from 'node:path'
import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG, EXIT_START_FAILED } from '@waystone/node/exit-codes'
import { codeOf } from '@waystone/kit/error-fields'

const MARKER = 'up.json'

/** The folder holds something that `waystone up` did not put there. */
export class FolderNotEmptyError extends WaystoneError {
  static override readonly name = 'FolderNotEmptyError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** Another `waystone up` uses the folder. */
export class NetworkRunningError extends WaystoneError {
  static override readonly name = 'NetworkRunningError'
  readonly exitCode = EXIT_START_FAILED
}

/**
 * Makes an empty folder for a network with fresh identities. What an earlier
 * `waystone up` left there is removed; anything else is never touched.
 *
 * @returns the absolute path
 */
export async function prepareDataFolder(folder: string): Promise<string> {
  const path = resolve(folder)
  await makeFolder(path, { mode: 0o700 })
  const entries = await readdir(path)
  if (entries.length > 0) await removeEarlierNetwork(path, entries)
  await writeFile(join(path, MARKER), JSON.stringify({ pid: process.pid }), { flag: 'wx' })
  return path
}

async function removeEarlierNetwork(path: string, entries: string[]): Promise<void> {
  if (!entries.includes(MARKER)) {
    throw new FolderNotEmptyError(`${path} is not empty`, { hint: 'name another folder with --data-dir' })
  }
  const pid = await readPid(join(path, MARKER))
  if (pid !== undefined && isRunning(pid)) {
    throw new NetworkRunningError(`a network with process id ${pid} runs in ${path}`, {
      hint: 'stop it with Ctrl-C, or name another folder with --data-dir'
    })
  }
  await Promise.all(entries.map(entry => rm(join(path, entry), { recursive: true })))
}

async function readPid(file: string): Promise<number | undefined> {
  try {
    const marker: unknown = JSON.parse(await readFile(file, 'utf8'))
    const pid = typeof marker === 'object' && marker !== null && 'pid' in marker ? marker.pid : undefined
    return Number.isSafeInteger(pid) ? Number(pid) : undefined
  } catch {
    return undefined
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}
