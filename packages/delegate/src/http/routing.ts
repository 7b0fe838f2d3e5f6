import { peerIdFromCID, peerIdFromString } from '@libp2p/peer-id'
import { CID } from 'multiformats/cid'
import { readCid } from '../blocks/codecs.ts'
import { DEFAULT_PROVIDERS, MAX_PROVIDERS, MAX_RECORD_BYTES } from '../constants.ts'
import { nameFromBytes, nameToBytes } from '../ipns-name.ts'
import { PeerInvalidError } from '../errors.ts'
import { sentPeer } from '../peer-addresses.ts'
import { readBody } from './body.ts'
import { segmentsOf } from './path.ts'
import { recordReply, RECORD_TYPE } from './record-reply.ts'
import { HttpRefusal, reply, SHORT_AGE_S, streamOf } from './replies.ts'
import type { PeerId, PeerInfo } from '@libp2p/interface'
import type { Desk, DeskCall } from '../server/desk.ts'
import type { Route } from './route.ts'

/** Seconds for which a list of peers is good enough, and for which it may be shown while nothing newer can be had. */
const PEERS_AGE = 'public, max-age=300, stale-while-revalidate=172800, stale-if-error=172800'
const NOBODY_AGE = `public, max-age=${SHORT_AGE_S}, stale-while-revalidate=172800, stale-if-error=172800`
const MAX_PEER_CHARACTERS = 128

/** https://specs.ipfs.tech/routing/http-routing-v1/ */
export function routingRoute(request: Request, url: URL): Route | undefined {
  const [routing, version, kind, name = '', ...rest] = segmentsOf(url)
  if (routing !== 'routing' || version !== 'v1' || name === '' || rest.length > 0) return undefined
  if (kind === 'providers') return getOnly(request, 'remote-fetch-dht', providers(request, name))
  if (kind === 'peers') return getOnly(request, 'remote-fetch-dht', peers(request, name))
  if (kind !== 'ipns') return undefined
  if (request.method !== 'PUT') return getOnly(request, 'remote-resolve-ipns', ipns(name))
  return { trustFunction: 'remote-put-dht', answer: putIpns(request, name) }
}

function getOnly({ method }: Request, trustFunction: string, answer: Route['answer']): Route {
  if (method === 'GET' || method === 'HEAD') return { trustFunction, answer }
  throw new HttpRefusal(405, 'only GET', { allow: 'GET, HEAD, OPTIONS' })
}

function providers(request: Request, name: string): Route['answer'] {
  const cid = readCid(name)
  return async (desk, call) => {
    const lines = wantsLines(request)
    const limit = lines ? MAX_PROVIDERS : DEFAULT_PROVIDERS
    return await peersReply(desk.findProviders(cid, limit, call), 'Providers', lines)
  }
}

function peers(request: Request, name: string): Route['answer'] {
  const peer = readPeerName(name)
  return async (desk, call) => {
    async function* found(): AsyncGenerator<PeerInfo> {
      const info = await desk.findPeer(peer, call).catch((error: unknown) => onlyIfNamed(error))
      if (info !== undefined) yield info
    }
    return await peersReply(found(), 'Peers', wantsLines(request))
  }
}

/** "Not found" is an empty list. */
function onlyIfNamed(error: unknown): undefined {
  const { retryAfterMs }: { retryAfterMs?: unknown } = Object(error)
  if (retryAfterMs !== undefined) throw error
  return undefined
}

function ipns(name: string): Route['answer'] {
  const text = nameFromBytes(nameToBytes(name))
  return async (desk, call) => recordReply(text, await desk.resolve(text, call))
}

function putIpns(request: Request, name: string): Route['answer'] {
  const text = nameFromBytes(nameToBytes(name))
  return async (desk: Desk, call: DeskCall) => {
    const type = request.headers.get('content-type')?.split(';')[0]?.trim()
    if (type !== RECORD_TYPE) throw new HttpRefusal(400, `the body must be of type ${RECORD_TYPE}`)
    await desk.put(text, await readBody(request, MAX_RECORD_BYTES), call)
    return reply(200, null)
  }
}

/** The first one decides the status: an error before it is an error, one after it ends the list. */
async function peersReply(found: AsyncGenerator<PeerInfo>, list: string, lines: boolean): Promise<Response> {
  const first = await found.next()
  const age = { 'cache-control': first.done === true ? NOBODY_AGE : PEERS_AGE, vary: 'Accept' }
  if (lines) {
    const body = streamOf(linesOf(first, found))
    return reply(200, body, { 'content-type': 'application/x-ndjson', ...age })
  }
  const all: object[] = []
  for await (const line of recordsOf(first, found)) all.push(line)
  return reply(200, `${JSON.stringify({ [list]: all })}\n`, { 'content-type': 'application/json', ...age })
}

async function* linesOf(
  first: IteratorResult<PeerInfo, unknown>,
  rest: AsyncGenerator<PeerInfo>
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for await (const record of recordsOf(first, rest)) yield encoder.encode(`${JSON.stringify(record)}\n`)
}

async function* recordsOf(
  first: IteratorResult<PeerInfo, unknown>,
  rest: AsyncGenerator<PeerInfo>
): AsyncGenerator<object> {
  if (first.done !== true) yield peerRecord(first.value)
  yield* (async function* () {
    for await (const info of rest) yield peerRecord(info)
  })()
}

/** https://specs.ipfs.tech/routing/http-routing-v1/#peer-schema */
function peerRecord(info: PeerInfo): object {
  return { Schema: 'peer', ID: info.id.toString(), Addrs: sentPeer(info).addresses, Protocols: [] }
}

function wantsLines({ headers }: Request): boolean {
  return headers.get('accept')?.includes('application/x-ndjson') === true
}

function readPeerName(name: string): PeerId {
  try {
    if (name.length > MAX_PEER_CHARACTERS) throw new Error('too long')
    return name.startsWith('1') || name.startsWith('Qm') ? peerIdFromString(name) : peerIdFromCID(CID.parse(name))
  } catch (cause) {
    throw new PeerInvalidError('this is no peer id', { cause })
  }
}
