import { constants, open } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { formatMode, isPrivate, readAtMost, removeLeftovers, writePrivateFile } from '../identity/private-file.ts'
import { TOKEN_BYTES } from './constants.ts'
import { AdminTokenFileError } from './errors.ts'
import type { Random } from '@waystone/interface'

const NAME = 'admin.token'
const MAX_BYTES = 256
const TOKEN = /^[0-9a-f]{64}$/

/** Where a node keeps the token of its admin API. */
export function adminTokenPath(dataDir: string): string {
  return join(dataDir, NAME)
}

/**
 * The token of the admin API: made at the first start, then kept.
 *
 * @throws AdminTokenFileError
 */
export async function loadOrCreateToken(dataDir: string, random: Random): Promise<string> {
  const path = adminTokenPath(dataDir)
  const known = await readToken(path)
  if (known !== undefined) return known
  await create(path, Buffer.from(random.bytes(TOKEN_BYTES)).toString('hex'), random)
  const made = await readToken(path)
  if (made === undefined) throw tokenError(`${path} was removed`)
  return made
}

async function create(path: string, token: string, random: Random): Promise<void> {
  try {
    await writePrivateFile(path, `${token}\n`, random)
  } catch (cause) {
    // another process was faster: its token counts
    if (codeOf(cause) !== 'EEXIST') throw tokenError(`cannot write ${path}: ${messageOf(cause)}`, cause)
  }
  await removeLeftovers(path)
}

async function readToken(path: string): Promise<string | undefined> {
  try {
    // O_NONBLOCK: a pipe in its place must not hold up the start
    await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const stats = await file.stat()
    if (!isPrivate(stats)) throw tooOpen(path, stats.mode)
    const text = new TextDecoder().decode(await readAtMost(file, MAX_BYTES)).trim()
    if (!stats.isFile() || !TOKEN.test(text)) throw tokenError(`${path} holds no token`)
    return text
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cause instanceof AdminTokenFileError ? cause : tokenError(`cannot read ${path}: ${messageOf(cause)}`, cause)
  }
}

function tooOpen(path: string, mode: number): AdminTokenFileError {
  return new AdminTokenFileError(`others than the owner may read or write ${path} (mode ${formatMode(mode)})`, {
    hint: `whoever holds it controls the node: remove the file, and the next start makes a new token with mode 0600`
  })
}

function tokenError(message: string, cause?: unknown): AdminTokenFileError {
  return new AdminTokenFileError(message, {
    hint: 'remove the file: the next start makes a new one; calls with the old token then fail',
    cause
  })
}
