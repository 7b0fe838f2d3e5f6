import { createDeadline } from '@waystone/kit'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { SeedListTooLargeError, SeedListUnavailableError } from '../errors.ts'
import { LOOK_TIMEOUT_MS, MAX_ADDRESSES, MAX_LIST_BYTES, MAX_REDIRECTS } from './constants.ts'
import { readUsable } from './read-seed.ts'
import { readSeedList } from './seed-list.ts'
import { takeSome } from './take-some.ts'
import type { Clock, Random } from '@waystone/interface'
import type { Look, Source } from './source.ts'

export interface UrlSourceInit {
  url: string
  port: number
  fetch: typeof globalThis.fetch
  clock: Clock
  random: Random
}

/** A list of addresses behind a URL: what an operator keeps on a web server, or the service discovery of a cloud gives. */
export class UrlSource implements Source {
  readonly kind = 'url'
  readonly target: string
  readonly #init: UrlSourceInit

  constructor(init: UrlSourceInit) {
    this.target = init.url
    this.#init = init
  }

  async look({ signal }: { signal: AbortSignal }): Promise<Look> {
    const { clock, port, random } = this.#init
    using deadline = createDeadline({ ms: LOOK_TIMEOUT_MS, what: 'fetching a list of seeds', signal, clock })
    const list = readSeedList(await this.#text(deadline.signal))
    const faults: Error[] = []
    const seeds = takeSome(list, MAX_ADDRESSES, { random, faults }).flatMap(text => readUsable(text, port, faults))
    if (seeds.length === 0) throw faults[0] ?? new SeedListUnavailableError(`the list at ${this.target} is empty`)
    return { seeds, faults }
  }

  async #text(signal: AbortSignal): Promise<string> {
    try {
      return await readBounded(await this.#follow(signal))
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (nameOf(error).startsWith('SeedList')) throw error
      throw new SeedListUnavailableError(`${this.target} cannot be fetched: ${reasonOf(error)}`, { cause: error })
    }
  }

  /** By hand: the platform follows 20, from https to http and to any host. */
  async #follow(signal: AbortSignal): Promise<Response> {
    let url = new URL(this.target)
    for (let count = 0; count <= MAX_REDIRECTS; count++) {
      const response = await this.#init.fetch(url, {
        redirect: 'manual',
        signal,
        headers: { accept: 'application/json, text/plain' }
      })
      const location = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || location === null)
        return await assertOk(response, this.target)
      await response.body?.cancel()
      url = next(url, location)
    }
    throw new SeedListUnavailableError(`${this.target} redirects more than ${MAX_REDIRECTS} times`)
  }
}

/** Whoever changes an answer on its way over http could send this node to any service of its network. */
function next(from: URL, location: string): URL {
  const to = new URL(location, from)
  const isSameHost = to.protocol === 'http:' && from.protocol === 'http:' && to.hostname === from.hostname
  if (to.protocol === 'https:' || isSameHost) return to
  throw new SeedListUnavailableError(`${from.origin} redirects to ${to.origin === 'null' ? to.protocol : to.origin}`, {
    hint: 'redirections are followed to https, and from http to the same host: give the URL that it leads to'
  })
}

async function assertOk(response: Response, url: string): Promise<Response> {
  if (response.ok) return response
  await response.body?.cancel()
  throw new SeedListUnavailableError(`${url} answers ${response.status}`)
}

// counted when unpacked: what is small on the way may be huge
async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_LIST_BYTES) throw new SeedListTooLargeError(`a list of seeds is larger than ${MAX_LIST_BYTES} bytes`)
    chunks.push(chunk)
  }
  return await new Blob(chunks).text()
}

function reasonOf(error: unknown): string {
  const { message, cause } = toError(error)
  return cause instanceof Error ? cause.message : message
}
