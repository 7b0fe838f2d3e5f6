import { foreignBecause, holdsToken, namesOf } from './access.ts'
import { AdminPathUnknownError, AdminRequestForeignError, AdminTokenWrongError } from './errors.ts'
import { isLoopback } from '../config/loopback.ts'
import { refusal } from './reply.ts'
import type { IncomingMessage } from 'node:http'
import type { Config } from '../config/schema.ts'
import type { ServerNames } from './access.ts'
import type { Reply } from './reply.ts'
import type { Route, Routes } from './routes.ts'

/** What becomes of a request. */
export type Admission =
  | { kind: 'refused'; reply: () => Promise<Reply> }
  | { kind: 'call' }
  /** `trusted`: no stranger can have sent it. */
  | { kind: 'route'; route: Route; trusted: boolean }

export interface GateInit {
  admin: Config['admin']
  routes: Routes
  /** What calls have to show. */
  token: string
}

/** Who comes in, and to what: decided before anything of the body is read. */
export class Gate {
  readonly #init: GateInit

  constructor(init: GateInit) {
    this.#init = init
  }

  admit(request: IncomingMessage): Admission {
    const foreign = foreignBecause(request.headers, this.#names(request))
    if (foreign !== undefined) return { kind: 'refused', reply: () => refusal(403, foreignError(foreign)) }
    const [path = ''] = (request.url ?? '').split('?')
    const route = this.#init.routes.get(path)
    // the path of a call begins with the full name of its service
    if (route === undefined && !path.includes('.')) return { kind: 'refused', reply: () => this.unknown() }
    const known = holdsToken(request.headers.authorization, this.#init.token)
    const trusted = known || this.#onlyHere
    if (route === undefined ? !known : route.private && !trusted) return { kind: 'refused', reply: unauthenticated }
    return route === undefined ? { kind: 'call' } : { kind: 'route', route, trusted }
  }

  async unknown(): Promise<Reply> {
    const known = [...this.#init.routes.keys()].join(', ')
    return await refusal(404, new AdminPathUnknownError('there is nothing at this path', { hint: `try ${known}` }))
  }

  /** Whether nobody but this machine can call. */
  get #onlyHere(): boolean {
    const { socket, host } = this.#init.admin
    return socket !== undefined || isLoopback(host)
  }

  #names({ socket }: IncomingMessage): ServerNames {
    const { admin } = this.#init
    if (admin.socket !== undefined) return { hosts: 'any', scheme: 'http' }
    const scheme = 'encrypted' in socket ? 'https' : 'http'
    return { hosts: namesOf(admin.names, socket.localAddress), scheme }
  }
}

function foreignError(because: string): Error {
  return new AdminRequestForeignError(`this request is refused: ${because}`, {
    hint: 'use the address that is in admin.url, or name the host in admin.names'
  })
}

async function unauthenticated(): Promise<Reply> {
  const error = new AdminTokenWrongError('this needs the token of the node', {
    hint: 'send the header "Authorization: Bearer TOKEN"; TOKEN is in admin.token in the data folder of the node'
  })
  return await refusal(401, error, { 'www-authenticate': 'Bearer realm="waystone"' })
}
