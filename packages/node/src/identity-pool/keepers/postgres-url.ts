import { constants, open } from 'node:fs/promises'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { formatMode, isPrivate, readAtMost } from '../../identity/private-file.ts'
import { POSTGRES_VARIABLE } from '../constants.ts'
import { LeaseKeeperMissingError } from '../errors.ts'

/** A URL with every option of PostgreSQL has some hundred bytes. */
const MAX_URL_BYTES = 4_096

/**
 * The URL of a PostgreSQL database, which may hold a password: it comes from a file that nobody else can read or from
 * the environment, and stands in no message.
 *
 * @throws LeaseKeeperMissingError
 */
export async function readPostgresUrl(
  file: string | undefined,
  env: Record<string, string | undefined>
): Promise<string> {
  const text = file === undefined ? (env[POSTGRES_VARIABLE] ?? '') : await readPrivate(file)
  const source = file ?? POSTGRES_VARIABLE
  const url = text.trim()
  if (URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol)) return url
  throw new LeaseKeeperMissingError(`${source} holds no PostgreSQL URL`, {
    hint: 'it looks like postgresql://user:password@db.example.org/waystone'
  })
}

async function readPrivate(path: string): Promise<string> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = await file.stat()
    if (stats.isFile() && !isPrivate(stats)) throw notPrivate(path, stats.mode)
    return new TextDecoder().decode((await readAtMost(file, MAX_URL_BYTES)).subarray(0, MAX_URL_BYTES))
  } catch (cause) {
    if (cause instanceof LeaseKeeperMissingError) throw cause
    throw new LeaseKeeperMissingError(
      `The file with the PostgreSQL URL cannot be read: ${path} (${codeOf(cause) ?? messageOf(cause)})`,
      {
        hint: 'check the path, and that this user may read it',
        cause
      }
    )
  }
}

function notPrivate(path: string, mode: number): LeaseKeeperMissingError {
  return new LeaseKeeperMissingError(
    `Others than its owner have access to the file with the PostgreSQL URL: ${path} has mode ${formatMode(mode)}`,
    { hint: `chmod 600 ${path}` }
  )
}
