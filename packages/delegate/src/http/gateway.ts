import { readCid } from '../blocks/codecs.ts'
import { MAX_FETCH_BYTES } from '../constants.ts'
import { nameFromBytes, nameToBytes } from '../ipns-name.ts'
import { carOf } from './car.ts'
import { segmentsOf } from './path.ts'
import { RECORD_TYPE, recordReply } from './record-reply.ts'
import { HttpRefusal, reply, streamOf } from './replies.ts'
import { scopedBlocks } from './scope.ts'
import type { CID } from 'multiformats/cid'
import type { Route } from './route.ts'
import type { DagScope } from './scope.ts'

const TYPES = { raw: 'application/vnd.ipld.raw', car: 'application/vnd.ipld.car' } as const
/** What is named by its hash never changes: a year, as long as caches keep anything. */
const FOREVER = 'public, max-age=29030400, immutable'
/** The order that clients rely on: depth first, each block once. */
const CAR_TYPE = `${TYPES.car}; version=1; order=dfs; dups=n`

type Format = keyof typeof TYPES

/** https://specs.ipfs.tech/http-gateways/trustless-gateway/ */
export function gatewayRoute(request: Request, url: URL): Route | undefined {
  const [namespace, name = '', ...path] = segmentsOf(url)
  if ((namespace !== 'ipfs' && namespace !== 'ipns') || name === '') return undefined
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new HttpRefusal(405, 'only GET and HEAD', { allow: 'GET, HEAD, OPTIONS' })
  }
  if (namespace === 'ipns') return recordRoute(request, url, { name, path })
  const cid = readCid(name)
  const answer =
    formatOf(request, url) === 'raw' ? rawAnswer(request, cid, path) : carAnswer(request, url, { cid, path })
  return { trustFunction: 'remote-fetch-cid', answer }
}

function recordRoute({ headers }: Request, url: URL, { name, path }: { name: string; path: string[] }): Route {
  const format = url.searchParams.get('format')
  const wanted = format === 'ipns-record' || (format === null && headers.get('accept')?.includes(RECORD_TYPE) === true)
  if (!wanted || path.length > 0) {
    throw new HttpRefusal(406, 'of an IPNS name there is only its signed record: ?format=ipns-record')
  }
  const text = nameFromBytes(nameToBytes(name))
  return {
    trustFunction: 'remote-resolve-ipns',
    answer: async (desk, call) => recordReply(text, await desk.resolve(text, call))
  }
}

function rawAnswer(request: Request, cid: CID, path: string[]): Route['answer'] {
  if (path.length > 0) throw new HttpRefusal(400, 'a raw block has no path; ask for ?format=car')
  return async (desk, call) => {
    const etag = `"${cid.toString()}.raw"`
    const headers = { ...contentHeaders(cid, 'bin'), 'content-type': TYPES.raw, etag }
    if (matches(request, etag)) return reply(304, null, headers)
    if (request.method === 'HEAD') {
      return reply(200, null, { ...headers, 'content-length': String(await desk.size(cid, call)) })
    }
    for await (const { bytes } of desk.fetch(cid, { oneBlock: true }, call)) {
      return reply(200, new Uint8Array(bytes), { ...headers, 'content-length': String(bytes.length) })
    }
    throw new HttpRefusal(404, 'there is no such block')
  }
}

function carAnswer(request: Request, url: URL, { cid, path }: { cid: CID; path: string[] }): Route['answer'] {
  const scope = scopeOf(url)
  return async (desk, call) => {
    // a stream of blocks may break off: only what was asked for can be compared, never its bytes
    const etag = `W/"${[cid.toString(), ...path.map(encodeURIComponent), scope].join('.')}.car"`
    const headers = { ...contentHeaders(cid, 'car'), 'content-type': CAR_TYPE, etag, 'accept-ranges': 'none' }
    if (matches(request, etag)) return reply(304, null, headers)
    const blocks = await scopedBlocks({ desk, call, root: cid, path, scope, maxBytes: MAX_FETCH_BYTES })
    const first = await blocks.next()
    if (request.method === 'HEAD') await blocks.return(undefined)
    if (first.done === true || request.method === 'HEAD') return reply(200, null, headers)
    const all = carOf(cid, withFirst(first.value, blocks))
    return reply(200, streamOf(all), headers)
  }
}

async function* withFirst<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first
  yield* rest
}

function contentHeaders(cid: CID, extension: string): Record<string, string> {
  return {
    'cache-control': FOREVER,
    'content-disposition': `attachment; filename="${cid.toString()}.${extension}"`,
    'x-ipfs-path': `/ipfs/${cid.toString()}`,
    vary: 'Accept'
  }
}

/** The parameter goes before the header, as browsers cannot set the latter. */
function formatOf({ headers }: Request, { searchParams }: URL): Format {
  const format = searchParams.get('format')
  if (format === 'raw' || format === 'car') return format
  const accept = headers.get('accept') ?? ''
  if (format === null && accept.includes(TYPES.raw)) return 'raw'
  if (format === null && accept.includes(TYPES.car)) return assertCar(accept)
  throw new HttpRefusal(406, 'only ?format=raw and ?format=car: what comes must be verifiable')
}

function assertCar(accept: string): 'car' {
  const version = /application\/vnd\.ipld\.car[^,]*;\s*version=([^;,\s]+)/.exec(accept)?.[1]
  if (version === undefined || version === '1') return 'car'
  throw new HttpRefusal(406, 'only version 1 of CAR')
}

function scopeOf({ searchParams }: URL): DagScope {
  const scope = searchParams.get('dag-scope') ?? 'all'
  if (scope === 'all' || scope === 'entity' || scope === 'block') return scope
  throw new HttpRefusal(400, 'dag-scope must be block, entity or all')
}

function matches({ headers }: Request, etag: string): boolean {
  const given = (headers.get('if-none-match') ?? '').split(',').map(one => one.trim().replace(/^W\//, ''))
  return given.includes('*') || given.includes(etag.replace(/^W\//, ''))
}
