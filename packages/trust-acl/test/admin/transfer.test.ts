import { create } from '@bufbuild/protobuf'
import { createClient, createRouterTransport } from '@connectrpc/connect'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { MemoryDatastore } from 'datastore-core'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { createCursors, describeRpcFailure } from '@waystone/rpc'
import { trust } from '@waystone/wire/admin'
import { importEntries, MAX_IMPORT_BYTES } from '../../src/admin/import.ts'
import { trustAdmin } from '../../src/admin/trust-admin.ts'
import { Turns } from '../../src/database/turns.ts'
import { AuditLog } from '../../src/audit/audit-log.ts'
import { TrustAcl } from '../../src/trust-acl.ts'
import type { TrustAclInit } from '../../src/trust-acl-contract.ts'

let PEERS: string[] = []

async function peerOf(seed: number) {
  return peerIdFromPrivateKey(await generateKeyPairFromSeed('Ed25519', seededRandom(seed).bytes(32)))
}

beforeAll(async () => {
  PEERS = await Promise.all([1, 2, 3].map(async seed => String(await peerOf(seed))))
})

async function node(config: TrustAclInit['config'] = {}) {
  const clock = new ManualClock()
  const acl = await TrustAcl.open({ datastore: new MemoryDatastore(), self: await peerOf(9), clock, config })
  onTestFinished(async () => await acl.close())
  const publisher = { fetchEntry: () => Promise.reject(new Error()), publish: () => Promise.reject(new Error()) }
  const evict = async () => ({ connections: 0, streams: 0 })
  const cursors = createCursors(seededRandom(1))
  const admin = trustAdmin({ acl, clock, publisher, evict, cursors, audit: new AuditLog({ clock }) })
  const client = createClient(
    trust.TrustService,
    createRouterTransport(router => router.service(trust.TrustService, admin))
  )
  return { acl, clock, client }
}

type Client = Awaited<ReturnType<typeof node>>['client']

async function exported(client: Client): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const { json } of client.export({})) parts.push(json)
  return Buffer.concat(parts).toString()
}

async function imported(client: Client, text: string | Uint8Array, existing = ''): Promise<object> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  async function* messages() {
    for (let start = 0; start === 0 || start < bytes.length; start += 500_000)
      yield { json: bytes.subarray(start, start + 500_000), existing }
  }
  const { added, replaced, skipped } = await client.import(messages())
  return { added, replaced, skipped }
}

async function refusal(client: Client, text: string | Uint8Array, existing?: string): Promise<string> {
  const error = await imported(client, text, existing).then(
    () => undefined,
    (reason: unknown) => reason
  )
  return describeRpcFailure(error).name
}

const documentOf = (...entries: object[]): string => JSON.stringify({ waystoneTrust: 1, entries })
const entryOf = (more: object = {}): object => ({
  label: 'x',
  pubkey: PEERS[0],
  kind: 'peer',
  trustlevel: 'peer',
  ...more
})

describe('an export', () => {
  it('makes the same entries elsewhere, and none lives longer', async () => {
    const [from, to] = [await node(), await node()]
    for (const [index, pubkey] of PEERS.entries()) {
      await from.acl.add({
        label: `p${index}`,
        pubkey,
        trustlevel: 'trusted',
        trustedFunctions: { admin: false, 'offer-relay': true },
        trustLifetime: index === 0 ? 1_000 : index === 1 ? 100_000 : undefined,
        addresses: ['/ip4/192.0.2.1/tcp/1']
      })
    }
    const text = await exported(from.client)
    await to.clock.advance(10_000)
    expect(await imported(to.client, text)).toEqual({ added: 2, replaced: 0, skipped: 1 })
    expect(to.acl.entry('p1')).toMatchObject({ trustLifetime: 90_000, trustedFunctions: { admin: false } })
    expect(to.acl.entry('p2')).not.toHaveProperty('trustLifetime')
    expect(to.acl.entry('p2')).toMatchObject({ addresses: ['/ip4/192.0.2.1/tcp/1'], trustlevel: 'trusted' })
  })

  it('leaves out the seeds of the config, unless the operator has changed them', async () => {
    const { client, acl } = await node({ seeds: PEERS.slice(0, 2).map(peer => `/ip4/192.0.2.1/tcp/1/p2p/${peer}`) })
    await acl.set(PEERS[1] ?? '', { trustlevel: 'blocked' })
    expect(JSON.parse(await exported(client))).toMatchObject({ entries: [{ pubkey: PEERS[1], trustlevel: 'blocked' }] })
  })

  it('of nothing is a document', async () => {
    const { client } = await node()
    expect(JSON.parse(await exported(client))).toEqual({ waystoneTrust: 1, entries: [] })
  })
})

describe('an import', () => {
  it('leaves what is there, or replaces it', async () => {
    const { client, acl } = await node()
    await acl.add({ label: 'old', pubkey: PEERS[0] ?? '', trustlevel: 'blocked' })
    const text = documentOf(entryOf({ label: 'new' }))
    expect(await imported(client, text)).toEqual({ added: 0, replaced: 0, skipped: 1 })
    expect(acl.entry('old')?.trustlevel).toBe('blocked')
    expect(await imported(client, text, 'replace')).toEqual({ added: 0, replaced: 1, skipped: 0 })
    expect(acl.entry('new')?.trustlevel).toBe('peer')
  })

  it.each<[string, () => string]>([
    ['garbage', () => 'hello'],
    ['a list', () => '[]'],
    ['null', () => 'null'],
    ['another version', () => JSON.stringify({ waystoneTrust: 2, entries: [] })],
    ['a key that nobody knows', () => JSON.stringify({ waystoneTrust: 1, entries: [], more: 1 })],
    ['an entry with a field that nobody knows', () => documentOf(entryOf({ isAdmin: true }))],
    ['an unknown level', () => documentOf(entryOf(), entryOf({ pubkey: PEERS[1], label: 'y', trustlevel: 'root' }))],
    ['a label with escapes', () => documentOf(entryOf({ label: '\u001b[2J' }))],
    ['a key twice', () => documentOf(entryOf(), entryOf({ label: 'y' }))],
    ['a label twice', () => documentOf(entryOf(), entryOf({ pubkey: PEERS[1] }))],
    ['a time that is none', () => documentOf(entryOf({ validUntil: 'soon' }))],
    ['10,001 entries', () => documentOf(...Array.from({ length: 10_001 }, () => entryOf()))],
    ['a thousand levels', () => `{"waystoneTrust":1,"entries":${'['.repeat(1_000)}${']'.repeat(1_000)}}`],
    ['half a document', () => documentOf(entryOf()).slice(0, -1)]
  ])('with %s is refused as a whole', async (_what, text) => {
    const { client, acl } = await node()
    expect(await refusal(client, text())).toBe('TrustImportInvalidError')
    expect(acl.entries()).toEqual([])
  })

  it('says which version it has, which entry is wrong, and looks at no entry of too many', async () => {
    const { client } = await node()
    const why = async (text: string): Promise<string> => JSON.stringify(await imported(client, text).catch(String))
    expect(await why(JSON.stringify({ waystoneTrust: 2, entries: [] }))).toContain('it has version 2, and this node')
    const gone = entryOf({ pubkey: PEERS[1], label: 'gone', validUntil: '1970-01-01T00:00:00Z' })
    expect(await why(documentOf(gone, entryOf({ trustlevel: 'root' })))).toContain('entry 2: ')
    expect(await why(JSON.stringify({ waystoneTrust: 1, entries: Array(1_000_000).fill(0) }))).toContain(
      '1000000 entries'
    )
  })

  it.each<[string, object]>([
    ['cacheLifetimeMs', { cacheLifetimeMs: -1 }],
    ['cacheLifetimeMs', { cacheLifetimeMs: 1e300 }],
    ['cacheLifetimeMs', { cacheLifetimeMs: null }],
    ['functions', { functions: ['offer-relay', '-offer-relay'] }],
    ['functions', { functions: ['__proto__'] }]
  ])('with %s of %j is refused', async (_what, more) => {
    const { client, acl } = await node()
    expect(await refusal(client, documentOf(entryOf(more)))).toBe('TrustImportInvalidError')
    expect(acl.entries()).toEqual([])
  })

  it('is one change: all of its entries are there at once, and listeners are told once', async () => {
    const { client, acl } = await node()
    const seen: number[] = []
    acl.onChange(() => void seen.push(acl.entries().length))
    await imported(client, documentOf(...PEERS.map((pubkey, at) => entryOf({ pubkey, label: `p${at}` }))))
    expect(seen).toEqual([PEERS.length])
  })

  it('takes nothing when the caller goes before it is written', async () => {
    const { acl, clock } = await node()
    const caller = new AbortController()
    async function* requests() {
      yield create(trust.ImportRequestSchema, { json: new TextEncoder().encode(documentOf(entryOf())) })
      caller.abort(new Error('gone'))
    }
    const importing = importEntries({ acl, clock, turns: new Turns() }, requests(), caller)
    await expect(importing).rejects.toThrow('gone')
    expect(acl.entries()).toEqual([])
  })

  it('takes the trust file that is published under the key of a peer that is there', async () => {
    const { client, acl } = await node()
    await acl.add({ label: 'peer', pubkey: PEERS[0] ?? '', trustlevel: 'peer' })
    const pubkey = (await peerOf(1)).toCID().toString()
    const text = documentOf(entryOf({ label: 'file', kind: 'file', pubkey }))
    expect(await imported(client, text)).toEqual({ added: 1, replaced: 0, skipped: 0 })
    expect(acl.entries().map(({ label }) => label)).toEqual(['peer', 'file'])
  })

  it('waits for another one: of two that do not fit together the second is refused as a whole', async () => {
    const { client, acl } = await node()
    const [first, second] = await Promise.allSettled([
      imported(client, documentOf(entryOf({ label: 'a' }), entryOf({ label: 'b', pubkey: PEERS[1] }))),
      imported(client, documentOf(entryOf({ label: 'c', pubkey: PEERS[2] }), entryOf({ label: 'b' })), 'replace')
    ])
    expect([first?.status, second?.status]).toEqual(['fulfilled', 'rejected'])
    expect(acl.entries().map(({ label }) => label)).toEqual(['a', 'b'])
  })

  it('that takes the label of another entry is refused', async () => {
    const { client, acl } = await node()
    await acl.add({ label: 'x', pubkey: PEERS[1] ?? '', trustlevel: 'peer' })
    expect(await refusal(client, documentOf(entryOf()), 'replace')).toBe('TrustImportInvalidError')
    expect(await refusal(client, documentOf(), 'merge')).toBe('TrustImportInvalidError')
  })

  it('that does not end is refused when it is too large', async () => {
    const { client } = await node()
    expect(await refusal(client, new Uint8Array(MAX_IMPORT_BYTES + 1))).toBe('TrustImportTooLargeError')
  })

  it('of bytes that are no text is refused', async () => {
    const { client } = await node()
    expect(await refusal(client, Uint8Array.of(0xff, 0xfe))).toBe('TrustImportInvalidError')
  })
})
