import { networkInterfaces } from 'node:os'
import { MAX_STUN_SERVERS } from '../constants.ts'
import { classifyFiltering, classifyMapping } from '../nat/behaviour.ts'
import { observeFiltering, observeMapping } from '../nat/observe.ts'
import { bindDatagramPort } from '../stun/datagram-port.ts'
import { endpointText } from '../stun/endpoint.ts'
import { resolveStunServer } from '../stun/server.ts'
import { StunClient } from '../stun/stun-client.ts'
import type { NatQuery } from '../nat/observe.ts'
import type { Check, CheckContext } from '../check.ts'
import type { NatFilteringObservation, NatMappingObservation } from '../observation.ts'
import type { Endpoint } from '../stun/endpoint.ts'

/** How the NAT in front of this machine maps and filters UDP (RFC 5780). */
export const natCheck: Check = async (context, { signal }) => {
  const servers = await stunServers(context, signal)
  return await Promise.all([checkMapping(context, { servers, signal }), checkFiltering(context, { servers, signal })])
}

/** The configured STUN servers that have an IPv4 address, a few of them. */
export async function stunServers({ init }: CheckContext, signal: AbortSignal): Promise<Endpoint[]> {
  const found = await Promise.allSettled(
    init.stun.slice(0, MAX_STUN_SERVERS).map(async url => await resolveStunServer(url, signal))
  )
  return found.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
}

/** Works with a STUN client on a port of its own. */
export async function withStunClient<T>(
  { clock, random }: CheckContext,
  work: (client: StunClient) => Promise<T>
): Promise<T> {
  const client = new StunClient({ port: await bindDatagramPort(), clock, random })
  try {
    return await work(client)
  } finally {
    client.close()
  }
}

async function checkMapping(context: CheckContext, query: NatQuery): Promise<NatMappingObservation> {
  return await withStunClient(context, async client => {
    const seen = await observeMapping(client, query)
    const local = ownIpv4().map(ip => ({ ip, port: client.localPort }))
    const mapped = [...new Set(seen.map(one => endpointText(one.mapped)))]
    const verdict = classifyMapping({ seen, local, asked: context.init.stun.length })
    return { kind: 'nat-mapping', ...verdict, ...(mapped.length > 0 && { mapped }) }
  })
}

async function checkFiltering(context: CheckContext, query: NatQuery): Promise<NatFilteringObservation> {
  return await withStunClient(context, async client => {
    const evidence = await observeFiltering(client, query)
    return { kind: 'nat-filtering', ...classifyFiltering({ ...evidence, asked: context.init.stun.length }) }
  })
}

function ownIpv4(): string[] {
  const all = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? [])
  return all.filter(({ family }) => family === 'IPv4').map(({ address }) => address)
}
