import { join } from 'node:path'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { ApiFileError } from './errors.ts'
import { readSmallFile } from './small-file.ts'
import type { ApiOptions } from './api-options.ts'

/** Names the file that holds the token; `--token-file` wins. */
const TOKEN_FILE_VARIABLE = 'WAYSTONE_ADMIN_TOKEN_FILE'
/** Printable ASCII, as a header carries it. */
const TOKEN = /^[!-~]{1,4096}$/

export interface TokenInit {
  options: Pick<ApiOptions, 'tokenFile'>
  env: NodeJS.ProcessEnv
  /** The node's own, where the token is if nothing else names it. */
  dataDir?: string | undefined
}

/**
 * The token for an admin API, or nothing if there is none to be found.
 *
 * @throws ApiFileError
 */
export async function findToken({ options, env, dataDir }: TokenInit): Promise<string | undefined> {
  const named = options.tokenFile ?? (env[TOKEN_FILE_VARIABLE] || undefined)
  if (named !== undefined) return await readToken(named)
  return dataDir === undefined ? undefined : await readToken(join(dataDir, 'admin.token'), { optional: true })
}

async function readToken(path: string, { optional = false } = {}): Promise<string | undefined> {
  const text = await readSmallFile(path).catch((cause: unknown) => {
    if (optional && codeOf(cause) === 'ENOENT') return undefined
    throw unreadable(path, cause)
  })
  if (text === undefined || TOKEN.test(text)) return text
  throw new ApiFileError(`${path} holds no token`, { hint: 'a token is one line of text, as in admin.token' })
}

/** Says which file of a command line or a data folder cannot be read. */
export function unreadable(path: string, cause: unknown): ApiFileError {
  const hint =
    codeOf(cause) === 'EACCES'
      ? 'it belongs to another user: run this command as the user that runs the node'
      : 'check the name of the file'
  return new ApiFileError(`${path} cannot be read (${codeOf(cause) ?? messageOf(cause)})`, { hint, cause })
}
