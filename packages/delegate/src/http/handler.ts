import { peerIdFromMultihash } from '@libp2p/peer-id'
import { nameOf } from '@waystone/kit/error-fields'
import * as Digest from 'multiformats/hashes/digest'
import { gatewayRoute } from './gateway.ts'
import { CORS, HttpRefusal, refusalReply, reply } from './replies.ts'
import { routingRoute } from './routing.ts'
import type { PeerId } from '@libp2p/interface'
import type { NodeTrust } from '@waystone/interface'
import type { HttpCaller, HttpHandler } from '../contract.ts'
import type { DelegateMetrics } from '../metrics.ts'
import type { Desk } from '../server/desk.ts'
import type { Route } from './route.ts'

export interface HttpInit {
  desk: Desk
  trust: Pick<NodeTrust, 'decide'>
  metrics: DelegateMetrics
}

/** Characters of a URL; a CID with a deep path needs a few hundred. */
const MAX_URL_CHARACTERS = 4_096
const SHA2_256 = 0x12
const SHA2_256_BYTES = 32

/** Stands for whoever calls over HTTP: the id of a key that nobody has, so that it is a stranger to every policy. */
const STRANGER: PeerId = peerIdFromMultihash(Digest.create(SHA2_256, new Uint8Array(SHA2_256_BYTES)))

/** Delegated Routing V1 and the trustless gateway for strangers; whether they may is decided as for peers. */
export function createHttpHandler(init: HttpInit): HttpHandler {
  return async (request, caller) => {
    try {
      return await answer(init, request, caller)
    } catch (error) {
      init.metrics.refused(nameOf(error))
      return refusalReply(error)
    }
  }
}

async function answer({ desk, trust }: HttpInit, request: Request, caller: HttpCaller): Promise<Response> {
  if (request.url.length > MAX_URL_CHARACTERS) throw new HttpRefusal(414, 'the URL is too long')
  if (request.method === 'OPTIONS') return reply(204, null, CORS)
  const route = findRoute(request)
  const { address, key } = caller
  const decision = trust.decide({ peer: STRANGER, address }, route.trustFunction)
  if (!decision.allow) throw refused(route.trustFunction, decision.reason)
  return await route.answer(desk, { holder: { key, level: 'none' }, signal: request.signal })
}

function findRoute(request: Request): Route {
  const url = new URL(request.url)
  const route = routingRoute(request, url) ?? gatewayRoute(request, url)
  if (route !== undefined) return route
  throw new HttpRefusal(404, 'there is nothing at this path; try /routing/v1/providers/CID or /ipfs/CID?format=raw')
}

function refused(trustFunction: string, reason: string): HttpRefusal {
  return new HttpRefusal(
    403,
    `strangers may not use ${trustFunction} here (${reason}); the operator can open it with trust.matrix: {${trustFunction}: none}`
  )
}
