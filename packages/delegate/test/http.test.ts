import { delegatedRoutingV1HttpApiClient } from '@helia/delegated-routing-v1-http-api-client'
import { CarReader } from '@ipld/car'
import { defaultLogger } from '@libp2p/logger'
import fc from 'fast-check'
import { base36 } from 'multiformats/bases/base36'
import { CID } from 'multiformats/cid'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { cleanUp, collect, delegateNode, folder, pair, rawBlock, oneRecord } from './nodes.ts'
import { serveHttp } from './serve-http.ts'
import type { DelegateInit } from '../src/index.ts'
import type { Served } from './nodes.ts'

afterEach(cleanUp)

const QUOTAS = { none: { callsPerMinute: 10_000, bytesPerHour: 2 ** 20 } }

async function open(
  init: Partial<DelegateInit> = {}
): Promise<Served & { get: (path: string, init?: RequestInit) => Promise<Response> }> {
  const served = await delegateNode({ serve: true, quotas: QUOTAS, ...init })
  const get = async (path: string, request: RequestInit = {}): Promise<Response> =>
    await served.node.services.delegate.http(new Request(`http://delegate.test${path}`, request), { key: '192.0.2.1' })
  return { ...served, get }
}

describe('the gateway', () => {
  it('gives a raw block, its length by HEAD, and nothing when the caller has it', async () => {
    const { content, get } = await open()
    const cid = content.add(await rawBlock(new Uint8Array([1, 2, 3])))
    const response = await get(`/ipfs/${cid.toString()}?format=raw`)
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]))
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/vnd.ipld.raw',
      'content-length': '3',
      'cache-control': 'public, max-age=29030400, immutable',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
      etag: `"${cid.toString()}.raw"`
    })
    const head = await get(`/ipfs/${cid.toString()}`, {
      method: 'HEAD',
      headers: { accept: 'application/vnd.ipld.raw' }
    })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '3', ''])
    const headers = { 'if-none-match': `W/"x", "${cid.toString()}.raw"` }
    expect((await get(`/ipfs/${cid.toString()}?format=raw`, { headers })).status).toBe(304)
  })

  it('gives CARs that others can read, by scope and path', async () => {
    const { content, get } = await open()
    const blocks = await folder({ 'a b': new Uint8Array([1]), c: new Uint8Array([2]) })
    for (const block of blocks) content.add(block)
    const [root, a, c] = blocks.map(({ cid }) => cid.toString()) as [string, string, string]
    const read = async (query: string): Promise<string[]> => {
      const response = await get(`/ipfs/${root}${query}`, {
        headers: { accept: 'application/vnd.ipld.car; version=1' }
      })
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'application/vnd.ipld.car; version=1; order=dfs; dups=n'
      ])
      const car = await CarReader.fromBytes(new Uint8Array(await response.arrayBuffer()))
      expect((await car.getRoots()).map(String)).toEqual([root])
      return (await collect(car.blocks())).map(({ cid }) => cid.toString())
    }
    expect(await read('')).toEqual([root, a, c])
    expect(await read('?dag-scope=block')).toEqual([root])
    expect(await read('?dag-scope=entity')).toEqual([root])
    expect(await read('/a%20b')).toEqual([root, a])
    expect((await get(`/ipfs/${root}/nobody?format=car`)).status).toBe(404)
    expect((await get(`/ipfs/${root}?format=car&dag-scope=some`)).status).toBe(400)
  })

  it('gives IPNS records', async () => {
    const { records, get } = await open()
    const { name, record } = await oneRecord()
    await records.put(name, record)
    const response = await get(`/ipns/${name}?format=ipns-record`)
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(record)
    expect(response.headers.get('content-type')).toBe('application/vnd.ipfs.ipns-record')
    expect((await get(`/ipns/${name}`)).status).toBe(406)
  })

  it('refuses what it does not do', async () => {
    const { content, get } = await open()
    const cid = content.add(await rawBlock(new Uint8Array([1])))
    const statuses = [
      get(`/ipfs/${cid.toString()}`),
      get(`/ipfs/${cid.toString()}?format=tar`),
      get(`/ipfs/${cid.toString()}`, { headers: { accept: 'application/vnd.ipld.car; version=2' } }),
      get(`/ipfs/${cid.toString()}/x?format=raw`),
      get(`/ipfs/${cid.toString()}?format=raw`, { method: 'DELETE' }),
      get('/ipfs/garbage?format=raw'),
      get(`/ipfs/${'b'.repeat(3_000)}?format=raw`),
      get(`/${'x'.repeat(5_000)}`),
      get(`/ipfs/%ff?format=raw`),
      get('/'),
      get(`/ipfs/${(await rawBlock(new Uint8Array([9]))).cid.toString()}?format=raw`)
    ].map(async response => (await response).status)
    expect(await Promise.all(statuses)).toEqual([406, 406, 406, 400, 405, 400, 400, 414, 400, 404, 404])
  })
})

describe('the routing API, as the client of Helia uses it', () => {
  async function helia(
    init: Partial<DelegateInit> = {}
  ): Promise<Served & { client: ReturnType<ReturnType<typeof delegatedRoutingV1HttpApiClient>> }> {
    const { server, client } = await pair({
      quotas: { ...QUOTAS, advanced: { callsPerMinute: 100, bytesPerHour: 1e6 } },
      ...init
    })
    const cid = server.content.add(await rawBlock(new Uint8Array([5])))
    await client.node.contentRouting.provide(cid)
    const { url, close } = await serveHttp(server.node.services.delegate.http)
    onTestFinished(close)
    const components = { logger: defaultLogger() }
    return { ...server, node: client.node, client: delegatedRoutingV1HttpApiClient({ url })(components as never) }
  }

  it('finds providers', async () => {
    const { client, node } = await helia()
    const [provider] = await collect(client.getProviders((await rawBlock(new Uint8Array([5]))).cid))
    expect(provider?.ID.toString()).toBe(node.peerId.toCID().toString())
    expect(provider?.Addrs.length).toBeGreaterThan(0)
    expect(await collect(client.getProviders((await rawBlock(new Uint8Array([6]))).cid))).toEqual([])
  })

  it('finds no peer where there is none', async () => {
    const { client } = await helia()
    expect(await collect(client.getPeers((await delegateNode()).node.peerId.toCID() as never))).toEqual([])
  })

  it('puts and gets records', async () => {
    const { client, records } = await helia()
    const { name, record } = await oneRecord()
    const key = CID.parse(name, base36)
    await client.putIPNS(key as never, record)
    expect((await records.held(name))?.sequence).toBe(3n)
    expect(await client.getIPNS(key as never)).toEqual(record)
  })
})

describe('strangers', () => {
  it('get nothing that the matrix does not give them, and are told why', async () => {
    const { trust, get } = await open()
    trust.denied.add('remote-fetch-cid')
    const response = await get(`/ipfs/${(await rawBlock(new Uint8Array([1]))).cid.toString()}?format=raw`)
    expect(response.status).toBe(403)
    expect(await response.text()).toContain(
      'strangers may not use remote-fetch-cid here (remote-fetch-cid needs advanced)'
    )
    expect((await get('/ipfs/x', { method: 'OPTIONS' })).headers.get('access-control-allow-methods')).toContain('PUT')
  })

  it('share a quota by address', async () => {
    const { content, get } = await open({
      quotas: { none: { callsPerMinute: 1, bytesPerHour: 10 } },
      clock: new ManualClock()
    })
    const path = `/ipfs/${content.add(await rawBlock(new Uint8Array([1]))).toString()}?format=raw`
    expect((await get(path)).status).toBe(200)
    const refused = await get(path)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60'])
    expect(await refused.text()).toContain('QuotaExceededError')
  })

  it('cannot put what is no record, is too long or of another type', async () => {
    const { get } = await open()
    const { name, record } = await oneRecord()
    const put = async (body: Uint8Array<ArrayBuffer>, type = 'application/vnd.ipfs.ipns-record'): Promise<number> =>
      (await get(`/routing/v1/ipns/${name}`, { method: 'PUT', body, headers: { 'content-type': type } })).status
    expect(
      await Promise.all([
        put(new Uint8Array(9)),
        put(new Uint8Array(20_000)),
        put(new Uint8Array(record), 'text/plain')
      ])
    ).toEqual([400, 413, 400])
    expect(await put(new Uint8Array(record))).toBe(200)
  })

  it('get an answer without a fault of ours for every path', async () => {
    const { get } = await open()
    const prefix = fc.constantFrom(
      '/',
      '/ipfs/',
      '/ipns/',
      '/routing/v1/providers/',
      '/routing/v1/peers/',
      '/routing/v1/ipns/',
      '/ipfs/bafkqaaa/'
    )
    const rest = fc.oneof(
      fc.webPath(),
      fc.string({ unit: 'binary' }).map(encodeURIComponent),
      fc.constant('%2f%00%'),
      fc.constant('../../x')
    )
    const query = fc.constantFrom('', '?format=raw', '?format=car', '?format=ipns-record&dag-scope=block')
    await fc.assert(
      fc.asyncProperty(prefix, rest, query, async (before, path, after) => {
        const { status } = await get(`${before}${path}${after}`)
        expect([200, 400, 403, 404, 405, 406, 414]).toContain(status)
      }),
      { numRuns: 500 }
    )
  })
})
