import { constants, lstat, open } from 'node:fs/promises'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import type { FileHandle } from 'node:fs/promises'
import type { Random } from '@waystone/interface'
import { MAX_KEY_FILE_BYTES } from './constants.ts'
import { KeyFileExistsError, KeyFileNotFoundError, KeyFilePermissionsError, KeyFileWriteError } from './errors.ts'
import { corrupt, formatKeyDocument, parseKeyDocument } from './key-document.ts'
import type { KeyDocument } from './key-document.ts'
import { formatMode, isPrivate, readAtMost, removeLeftovers, writePrivateFile } from './private-file.ts'

/** A key file as it was found. */
export interface KeyFileContent {
  document: KeyDocument
  /** Mode bits, as in `0o600`. */
  mode: number
}

/**
 * Reads a key file; opens no encryption.
 *
 * @throws KeyFileNotFoundError
 * @throws KeyFilePermissionsError - before a byte of it is read
 * @throws KeyFileCorruptError, KeyFileVersionError
 */
export async function readKeyFile(path: string): Promise<KeyFileContent> {
  await using file = await openKeyFile(path)
  const mode = await requirePrivate(file, path)
  const bytes = await readAtMost(file, MAX_KEY_FILE_BYTES)
  if (bytes.byteLength > MAX_KEY_FILE_BYTES) throw corrupt(`${path} has more than ${MAX_KEY_FILE_BYTES} bytes`)
  return { document: parseKeyDocument(new TextDecoder().decode(bytes)), mode }
}

/**
 * Writes a new key file with mode 0600, whole or not at all.
 *
 * @throws KeyFileExistsError - a key is never overwritten
 * @throws KeyFileWriteError
 */
export async function writeKeyFile(path: string, document: KeyDocument, random: Random): Promise<void> {
  await writeSecretFile(path, formatKeyDocument(document), random)
  await removeLeftovers(path)
}

/**
 * Writes any text, such as an exported key, as {@link writeKeyFile} writes a key.
 *
 * @throws KeyFileExistsError, KeyFileWriteError
 */
export async function writeSecretFile(path: string, text: string, random: Random): Promise<void> {
  try {
    await writePrivateFile(path, text, random)
  } catch (cause) {
    throw await writeError(path, cause)
  }
}

async function writeError(path: string, cause: unknown): Promise<Error> {
  const code = codeOf(cause)
  // ENOENT: the winner of a race has cleared our temporary file away
  if ((code === 'EEXIST' || code === 'ENOENT') && (await exists(path))) {
    return new KeyFileExistsError(`There is a file already: ${path}`, {
      hint: 'a key is never overwritten: give another path, or move the old one away first',
      cause
    })
  }
  return new KeyFileWriteError(`The key file cannot be written: ${path} (${code ?? messageOf(cause)})`, {
    hint: 'it needs a folder on a local file system with hard links, with space left, that this user may write to',
    cause
  })
}

async function openKeyFile(path: string): Promise<FileHandle> {
  try {
    // not waiting, so that a named pipe in its place does not hang the start
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    throw openError(path, cause)
  }
}

function openError(path: string, cause: unknown): Error {
  const code = codeOf(cause)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new KeyFileNotFoundError(`There is no key file: ${path}`, {
      hint: 'make one with `waystone identity new`, or bring one back with `waystone identity recover`',
      cause
    })
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new KeyFilePermissionsError(`This user may not read the key file: ${path}`, {
      hint: 'run as the user that owns it, or give it to this one with chown',
      cause
    })
  }
  return corrupt(`${path} cannot be opened (${code ?? messageOf(cause)})`, cause)
}

async function requirePrivate(file: FileHandle, path: string): Promise<number> {
  const stats = await file.stat()
  if (!stats.isFile()) throw corrupt(`${path} is not a file`)
  if (isPrivate(stats)) return stats.mode & 0o777
  throw new KeyFilePermissionsError(
    `Others than its owner have access to the key file: ${path} has mode ${formatMode(stats.mode)}`,
    { hint: `chmod 600 ${path}; if others may have read it, make a new key` }
  )
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch {
    return false
  }
}
