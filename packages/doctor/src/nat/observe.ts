import { nameOf } from '@waystone/kit/error-fields'
import { isSameEndpoint } from '../stun/endpoint.ts'
import type { Endpoint } from '../stun/endpoint.ts'
import type { BindingResult, StunClient } from '../stun/stun-client.ts'
import type { ChangeRequest } from '../stun/message.ts'
import type { FilteringEvidence, SeenAs } from './behaviour.ts'

export interface NatQuery {
  servers: Endpoint[]
  signal: AbortSignal
}

/** How the client's port is seen by every server, and at the other addresses of the first that has some. */
export async function observeMapping(client: StunClient, { servers, signal }: NatQuery): Promise<SeenAs[]> {
  const asked = await Promise.all(servers.map(server => tryAsk(client, server, { signal })))
  const first = zip(servers, asked)
  const [primary] = first.filter(({ result }) => result.other !== undefined)
  const other = primary?.result.other
  const more = primary === undefined || other === undefined ? [] : otherPlaces(primary.server, other)
  const answers = await Promise.all(more.map(server => tryAsk(client, server, { signal })))
  return [...first, ...zip(more, answers)].map(({ server, result }) => ({ server, mapped: result.mapped }))
}

/**
 * Whether answers from elsewhere arrive. The client must have asked nobody
 * else: each address that it has sent to may answer.
 */
export async function observeFiltering(client: StunClient, { servers, signal }: NatQuery): Promise<FilteringEvidence> {
  const asked = servers.length
  const answers = zip(servers, await Promise.all(servers.map(server => tryAsk(client, server, { signal }))))
  const [primary] = answers.filter(({ result }) => result.other !== undefined)
  if (primary === undefined) return { asked, answered: answers.length > 0, hasOther: false }
  const { server } = primary
  const [all, port] = await Promise.all([
    tryAsk(client, server, { signal, change: { ip: true, port: true } }),
    tryAsk(client, server, { signal, change: { port: true } })
  ])
  // a server that heeds no CHANGE-REQUEST answers from where it was asked
  if ([all, port].some(result => result !== undefined && isSameEndpoint(result.from, server))) {
    return { asked, answered: true, hasOther: false }
  }
  return {
    asked,
    answered: true,
    hasOther: true,
    fromOtherAddress: all !== undefined,
    fromOtherPort: port !== undefined
  }
}

function otherPlaces(server: Endpoint, other: Endpoint): Endpoint[] {
  const places = [{ ip: other.ip, port: server.port }, other, { ip: server.ip, port: other.port }]
  return places.filter(place => !isSameEndpoint(place, server))
}

interface Answer {
  server: Endpoint
  result: BindingResult
}

function zip(servers: Endpoint[], results: (BindingResult | undefined)[]): Answer[] {
  return servers.flatMap((server, index) => {
    const result = results[index]
    return result === undefined ? [] : [{ server, result }]
  })
}

interface Question {
  signal: AbortSignal
  change?: ChangeRequest
}

async function tryAsk(client: StunClient, server: Endpoint, question: Question): Promise<BindingResult | undefined> {
  try {
    return await client.ask(server, question)
  } catch (error) {
    if (!nameOf(error).startsWith('Stun')) question.signal.throwIfAborted()
    return undefined
  }
}
