import { MAX_RECORD_BYTES, MAX_REDIRECTS, MIRROR_DEADLINE_MS } from './constants.ts'
import { IpnsRecordTooLargeError, MirrorFailedError } from './errors.ts'
import type { IpnsName } from './name.ts'
import type { FindingWay, FindOptions } from './ways.ts'

const RECORD_TYPE = 'application/vnd.ipfs.ipns-record'

/** What is used of the global `fetch`. */
export type FetchUrl = (
  url: URL,
  init: { headers: Record<string, string>; redirect: 'manual'; signal: AbortSignal }
) => Promise<Response>

export interface MirrorWayInit {
  /** What stands before `/routing/v1/ipns/NAME`. */
  mirror: string
  fetch?: FetchUrl | undefined
}

/** Over HTTP, as in https://specs.ipfs.tech/routing/http-routing-v1/. */
export class MirrorWay implements FindingWay {
  readonly via = 'https'
  readonly deadlineMs = MIRROR_DEADLINE_MS
  readonly #init: MirrorWayInit

  constructor(init: MirrorWayInit) {
    this.#init = init
  }

  async find(name: IpnsName, { signal, found }: FindOptions): Promise<void> {
    const response = await this.#get(name, signal)
    if (!response.ok) {
      await response.body?.cancel()
      throw new MirrorFailedError(`${this.#init.mirror} answered with status ${response.status}`)
    }
    found(await readAtMost(response, MAX_RECORD_BYTES))
  }

  async #get(name: IpnsName, signal: AbortSignal): Promise<Response> {
    const { mirror, fetch = globalThis.fetch } = this.#init
    let url = new URL(`${mirror.replace(/\/+$/, '')}/routing/v1/ipns/${name.text}`)
    for (let redirects = 0; ; redirects++) {
      const response = await fetch(url, { headers: { accept: RECORD_TYPE }, redirect: 'manual', signal })
      const location = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || location === null) return response
      await response.body?.cancel()
      if (redirects >= MAX_REDIRECTS) throw new MirrorFailedError(`${mirror} leads on and on`)
      url = followed(url, location)
    }
  }
}

/** Whoever is asked over TLS must not send us to a place without. */
function followed(url: URL, location: string): URL {
  const next = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined
  if (next?.protocol === url.protocol) return next
  throw new MirrorFailedError(`${url.host} leads to ${JSON.stringify(location.slice(0, 128))}, which is not followed`)
}

async function readAtMost({ body }: Response, max: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  // leaving the loop cancels the rest of the answer
  for await (const part of body ?? []) {
    length += part.length
    if (length > max) throw new IpnsRecordTooLargeError(`a mirror sent more than ${max} bytes`)
    parts.push(part)
  }
  return joined(parts, length)
}

/** The parts as one. */
export function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
