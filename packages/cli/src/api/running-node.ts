import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { join } from 'node:path'
import { codeOf } from '@waystone/kit/error-fields'
import { createDeadline } from '@waystone/kit'
import { parseApiUrl } from './api-url.ts'
import { readSmallFile } from './small-file.ts'
import { unreadable } from './token.ts'
import type { IncomingMessage } from 'node:http'
import type { ApiAddress } from './api-url.ts'

/** A node on the same machine that takes longer to take a connection counts as running but busy. */
const PROBE_TIMEOUT_MS = 2_000
/** What `/livez` of a node says. */
const ALIVE = 'alive\n'
const GONE = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'])

/**
 * The admin API of the node that runs on a data folder; nothing when none
 * does, also when a crash has left `admin.url` behind.
 *
 * @throws ApiFileError when the folder belongs to somebody else; ApiUrlInvalidError
 */
export async function runningNodeIn(dataDir: string): Promise<ApiAddress | undefined> {
  const path = join(dataDir, 'admin.url')
  const text = await readSmallFile(path).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return undefined
    throw unreadable(path, cause)
  })
  if (text === undefined) return undefined
  const address = parseApiUrl(text)
  return (await isNode(address)) ? address : undefined
}

/**
 * Whether a node answers there. Asked without the token: after a crash another
 * program may have taken the port.
 */
async function isNode(address: ApiAddress): Promise<boolean> {
  using deadline = createDeadline({ ms: PROBE_TIMEOUT_MS, what: `an answer of ${address.url}` })
  try {
    const response = await get(address, deadline.signal)
    return response.statusCode === 200 && (await beginningOf(response)) === ALIVE
  } catch (error) {
    // busy or with a certificate of its own: the calls will say more
    return !GONE.has(codeOf(error) ?? '')
  }
}

async function get({ baseUrl, socketPath }: ApiAddress, signal: AbortSignal): Promise<IncomingMessage> {
  const request = baseUrl.startsWith('https:') ? requestHttps : requestHttp
  return await new Promise((resolve, reject) => {
    const options = { signal, ...(socketPath !== undefined && { socketPath }), agent: false as const }
    request(`${baseUrl}/livez`, options, response => {
      resolve(response)
    })
      .on('error', reject)
      .end()
  })
}

// leaving the loop ends the answer of a program that says more
async function beginningOf(response: IncomingMessage): Promise<string> {
  for await (const chunk of response) return String(chunk)
  return ''
}
