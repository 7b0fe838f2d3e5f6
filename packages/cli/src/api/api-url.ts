import { ApiUrlInvalidError } from './errors.ts'

/** Where an admin API listens. */
export interface ApiAddress {
  /** As a person writes it: `http://127.0.0.1:4000`, `https://…` or `unix:/path`. */
  url: string
  /** What calls go to; behind a unix socket the host means nothing. */
  baseUrl: string
  socketPath?: string
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * Reads what `--api` or `admin.url` says.
 *
 * @throws ApiUrlInvalidError
 */
export function parseApiUrl(text: string): ApiAddress {
  const socketPath = /^unix:(?:\/\/)?(\/.+)$/.exec(text)?.[1]
  if (socketPath !== undefined) return { url: `unix:${socketPath}`, baseUrl: 'http://localhost', socketPath }
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new ApiUrlInvalidError(`${JSON.stringify(text)} is not the address of an admin API`, {
      hint: 'write http://127.0.0.1:PORT, https://HOST:PORT or unix:/path, as it is in admin.url of the data folder'
    })
  }
  refuseClearText(url)
  const baseUrl = `${url.origin}${url.pathname}`.replace(/\/+$/, '')
  return { url: baseUrl, baseUrl }
}

/** Whether what listens there is on this machine, as far as its address tells. */
export function isOfThisMachine({ baseUrl, socketPath }: ApiAddress): boolean {
  return socketPath !== undefined || LOOPBACK.test(new URL(baseUrl).hostname)
}

// the token would cross the network for everybody to read
function refuseClearText({ protocol, hostname, username, password }: URL): void {
  if (username !== '' || password !== '') {
    throw new ApiUrlInvalidError('an address with a user name or password is not for an admin API', {
      hint: 'give the token with --token-file'
    })
  }
  if (protocol === 'https:' || LOOPBACK.test(hostname)) return
  throw new ApiUrlInvalidError(`http:// is only for this machine, and ${hostname} is another one`, {
    hint: 'use https://, or a tunnel such as ssh -L to the port on that machine'
  })
}
