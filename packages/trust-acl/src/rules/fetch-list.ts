import { messageOf } from '@waystone/kit/error-fields'
import { MAX_LIST_BYTES, MAX_REDIRECTS } from './constants.ts'
import { RuleFeedFailedError, RuleListTooLargeError } from './errors.ts'

/** What a feed said about the version that is known. */
export interface ListVersion {
  readonly etag?: string | undefined
  readonly lastModified?: string | undefined
}

export interface FetchedList extends ListVersion {
  readonly text: string
}

export interface FetchListInit {
  url: string
  /** Is not fetched again if the feed has no other. */
  known: ListVersion | undefined
  signal: AbortSignal
  fetch: typeof globalThis.fetch
}

/**
 * Fetches a list, unless the known version is still the newest.
 *
 * @throws RuleFeedFailedError, RuleListTooLargeError, and the signal's reason
 */
export async function fetchList(init: FetchListInit): Promise<FetchedList | undefined> {
  try {
    const response = await request(init)
    if (response.status === 304 && init.known !== undefined) return undefined
    if (response.status !== 200) throw await refuse(response, `the feed answered with status ${response.status}`)
    const { headers } = response
    const text = await readBounded(response)
    return { text, etag: headers.get('etag') ?? undefined, lastModified: headers.get('last-modified') ?? undefined }
  } catch (error) {
    init.signal.throwIfAborted()
    throw error instanceof TypeError ? unreachable(error) : error
  }
}

async function request({ url, known, signal, fetch }: FetchListInit): Promise<Response> {
  const headers = conditions(known)
  for (let hops = 0, at = new URL(url); hops <= MAX_REDIRECTS; hops++) {
    const response = await fetch(at, { headers, signal, redirect: 'manual' })
    const next = await redirectOf(response, at)
    if (next === undefined) return response
    at = next
  }
  throw new RuleFeedFailedError(`the feed redirects more than ${MAX_REDIRECTS} times`)
}

function conditions(known: ListVersion | undefined): Headers {
  const headers = new Headers({ accept: 'text/plain, */*;q=0.1' })
  if (known?.etag !== undefined) headers.set('if-none-match', known.etag)
  if (known?.lastModified !== undefined) headers.set('if-modified-since', known.lastModified)
  return headers
}

async function redirectOf(response: Response, from: URL): Promise<URL | undefined> {
  const location = response.headers.get('location')
  if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return undefined
  const to = URL.parse(location, from.href)
  const isSafe = to?.protocol === 'https:' || (to?.protocol === 'http:' && from.protocol === 'http:')
  if (to === null || !isSafe) throw await refuse(response, 'the feed redirects to something that is not as safe')
  await response.body?.cancel()
  return to
}

/** Counts what comes out of the decompression. */
async function readBounded({ body }: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  // leaving the loop ends the transfer
  for await (const chunk of body ?? []) {
    length += chunk.byteLength
    if (length > MAX_LIST_BYTES) throw new RuleListTooLargeError(`the list has more than ${MAX_LIST_BYTES} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** The answer's body would hold the connection. */
async function refuse(response: Response, message: string): Promise<RuleFeedFailedError> {
  await response.body?.cancel()
  return new RuleFeedFailedError(message)
}

/** `fetch` puts what went wrong into the cause of a TypeError. */
function unreachable(error: TypeError): RuleFeedFailedError {
  return new RuleFeedFailedError(`the feed cannot be fetched: ${messageOf(error.cause ?? error)}`, error)
}
