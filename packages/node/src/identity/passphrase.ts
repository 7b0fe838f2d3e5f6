import { open } from 'node:fs/promises'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import type { FileHandle } from 'node:fs/promises'
import type { AbortOptions } from '@libp2p/interface'
import { MAX_PASSPHRASE_BYTES, PASSPHRASE_VARIABLE } from './constants.ts'
import { PassphraseFileError, PassphraseFilePermissionsError, PassphraseInvalidError } from './errors.ts'
import { formatMode, isPrivate, readAtMost } from './private-file.ts'

export interface ReadPassphraseInit {
  /** Wins over the environment: a variable is easier to see for others. */
  file?: string | undefined
  /** Where WAYSTONE_IDENTITY_PASSPHRASE is looked up, usually `process.env`. */
  env: Record<string, string | undefined>
}

/**
 * The passphrase an operator gave by file or environment, or undefined. One
 * newline at the end of a file is not part of it.
 *
 * @throws PassphraseFileError, PassphraseFilePermissionsError
 * @throws PassphraseInvalidError - also when it is empty: a variable that
 *   failed to expand must not leave a key unencrypted
 */
export async function readPassphrase(init: ReadPassphraseInit, options?: AbortOptions): Promise<string | undefined> {
  options?.signal?.throwIfAborted()
  if (init.file !== undefined) return readPassphraseFile(init.file)
  const text = init.env[PASSPHRASE_VARIABLE]
  return text === undefined ? undefined : checked(text, PASSPHRASE_VARIABLE)
}

async function readPassphraseFile(path: string): Promise<string> {
  const bytes = await readBytes(path)
  if (bytes.byteLength > MAX_PASSPHRASE_BYTES) throw invalid(path, 'is too long')
  return checked(decode(bytes, path).replace(/\r?\n$/, ''), path)
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path)
    await requirePrivate(file, path)
    return await readAtMost(file, MAX_PASSPHRASE_BYTES)
  } catch (cause) {
    if (cause instanceof PassphraseFilePermissionsError) throw cause
    throw new PassphraseFileError(
      `The passphrase file cannot be read: ${path} (${codeOf(cause) ?? messageOf(cause)})`,
      {
        hint: 'check the path, and that this user may read it',
        cause
      }
    )
  }
}

async function requirePrivate(file: FileHandle, path: string): Promise<void> {
  const stats = await file.stat()
  // a pipe, as in --passphrase-file <(pass show waystone), is nobody else's
  if (!stats.isFile() || isPrivate(stats)) return
  throw new PassphraseFilePermissionsError(
    `Others than its owner have access to the passphrase file: ${path} has mode ${formatMode(stats.mode)}`,
    { hint: `chmod 600 ${path}` }
  )
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalid(path, 'is not UTF-8 text')
  }
}

function checked(text: string, source: string): string {
  if (text === '') throw invalid(source, 'is empty')
  if (Buffer.byteLength(text) > MAX_PASSPHRASE_BYTES) throw invalid(source, 'is too long')
  return text
}

function invalid(source: string, what: string): PassphraseInvalidError {
  return new PassphraseInvalidError(`The passphrase in ${source} ${what}`, {
    hint: `it is 1 to ${MAX_PASSPHRASE_BYTES} bytes of UTF-8 text; leave it out altogether for a key without one`
  })
}
