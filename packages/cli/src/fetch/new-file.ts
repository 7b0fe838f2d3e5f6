import { randomUUID } from 'node:crypto'
import { link, lstat, open, rename, rm } from 'node:fs/promises'
import { WaystoneError } from '@waystone/interface'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'

/** What was fetched cannot be written where it should go. */
export class OutputFileError extends WaystoneError {
  static override readonly name = 'OutputFileError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/**
 * Looks before anything is fetched; {@link writeNewFile} looks again.
 *
 * @throws OutputFileError
 */
export async function assertFree(path: string, force: boolean): Promise<void> {
  const stats = await lstat(path).catch(() => undefined)
  if (stats?.isDirectory() === true) throw new OutputFileError(`${path} is a folder`, { hint: 'name a file in it' })
  if (stats !== undefined && !force) throw taken(path)
}

/**
 * Writes a file that is there as a whole or not at all.
 *
 * @param force - replaces what is there
 * @returns its bytes
 * @throws OutputFileError, and what the source throws
 */
export async function writeNewFile(path: string, data: AsyncIterable<Uint8Array>, force: boolean): Promise<number> {
  const part = `${path}.${randomUUID().slice(0, 8)}.part`
  try {
    const size = await writePart(part, path, data)
    // unlike a rename, a link never replaces what came there meanwhile
    await (force ? rename(part, path) : link(part, path)).catch((cause: unknown) => {
      throw codeOf(cause) === 'EEXIST' ? taken(path) : unwritable(path, cause)
    })
    return size
  } finally {
    await rm(part, { force: true })
  }
}

async function writePart(part: string, path: string, data: AsyncIterable<Uint8Array>): Promise<number> {
  const parts = data[Symbol.asyncIterator]()
  // the first bytes come before the file, so that a CID which nobody has leaves no trace
  let next = await parts.next()
  await using file = await attempt(path, () => open(part, 'wx'))
  let size = 0
  for (; next.done !== true; next = await parts.next()) {
    const bytes = next.value
    await attempt(path, () => file.writeFile(bytes))
    size += bytes.length
  }
  await attempt(path, () => file.sync())
  return size
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  return await work().catch((cause: unknown) => {
    throw unwritable(path, cause)
  })
}

function taken(path: string): OutputFileError {
  return new OutputFileError(`${path} is there already`, { hint: 'name another file, or replace it with --force' })
}

function unwritable(path: string, cause: unknown): OutputFileError {
  return new OutputFileError(`cannot write ${path}: ${messageOf(cause)}`, {
    hint: 'check the folder, its permissions and the space on the disk',
    cause
  })
}
