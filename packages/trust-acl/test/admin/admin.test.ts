import { Code, createClient, createRouterTransport } from '@connectrpc/connect'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { MemoryDatastore } from 'datastore-core'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { WaystoneError } from '@waystone/interface'
import { ManualClock, seededRandom, until } from '@waystone/kit/testing'
import { createCursors, describeRpcFailure } from '@waystone/rpc'
import { trust } from '@waystone/wire/admin'
import { trustAdmin } from '../../src/admin/trust-admin.ts'
import { AuditLog } from '../../src/audit/audit-log.ts'
import { ipnsNameOf } from '../../src/model/names.ts'
import { TrustAcl } from '../../src/trust-acl.ts'
import type { PeerId } from '@libp2p/interface'
import type { TrustAdminParts } from '../../src/admin/contract.ts'

class IpnsSilentError extends WaystoneError {
  static override readonly name = 'IpnsSilentError'
}

let [self, peer, other]: PeerId[] = []
let [NAME, PEER, OTHER] = ['', '', '']

async function peerOf(seed: number): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPairFromSeed('Ed25519', seededRandom(seed).bytes(32)))
}

beforeAll(async () => {
  self = await peerOf(1)
  peer = await peerOf(2)
  other = await peerOf(3)
  ;[PEER, OTHER, NAME] = [peer.toString(), other.toString(), ipnsNameOf(await peerOf(4))]
})

async function served(replace: Partial<TrustAdminParts> = {}) {
  const clock = new ManualClock()
  const audit = new AuditLog({ clock })
  const acl = await TrustAcl.open({ datastore: new MemoryDatastore(), self: self ?? (await peerOf(1)), audit, clock })
  onTestFinished(async () => await acl.close())
  const parts: TrustAdminParts = {
    acl,
    audit,
    clock,
    cursors: createCursors(seededRandom(9)),
    evict: async () => ({ connections: 1, streams: 2 }),
    publisher: {
      fetchEntry: () => Promise.reject(new IpnsSilentError('nobody answers')),
      publish: () => Promise.reject(new IpnsSilentError('nobody answers'))
    },
    ...replace
  }
  const transport = createRouterTransport(router => router.service(trust.TrustService, trustAdmin(parts)))
  return { acl, audit, clock, client: createClient(trust.TrustService, transport) }
}

async function failureOf(call: Promise<unknown>): Promise<[name: string, code: Code]> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason
  )
  const { name, code } = describeRpcFailure(error)
  return [name, code]
}

describe('entries', () => {
  it('are added, changed, shown and removed', async () => {
    const { client } = await served()
    const { entry } = await client.addEntry({
      label: 'laptop',
      pubkey: PEER,
      trustlevel: 'trusted',
      trustedFunctions: ['offer-relay', '-admin'],
      trustLifetimeMs: 60_000n,
      addresses: ['/ip4/192.0.2.1/tcp/1']
    })
    expect(entry).toMatchObject({ kind: 'peer', source: 'operator', nodeCount: 1, status: { state: 'ok' } })
    expect(entry?.trustedFunctions).toEqual(['-admin', 'offer-relay'])
    const set = await client.setEntry({ entry: 'laptop', trustlevel: 'blocked', trustLifetimeInfinite: true })
    expect(set).toMatchObject({ closedConnections: 1, closedStreams: 2, entry: { trustlevel: 'blocked' } })
    expect(set.entry?.trustLifetimeMs).toBeUndefined()
    expect(set.entry?.trustedFunctions).toEqual(['-admin', 'offer-relay'])
    expect((await client.setEntry({ entry: PEER, setFunctions: true })).entry?.trustedFunctions).toEqual([])
    await client.removeEntry({ entry: PEER })
    expect(await failureOf(client.getEntry({ entry: 'laptop' }))).toEqual(['EntryUnknownError', Code.NotFound])
  })

  it('of a peer come into being with a level', async () => {
    const { client } = await served()
    const { entry } = await client.setEntry({ entry: PEER, trustlevel: 'blocked' })
    expect(entry).toMatchObject({ pubkey: PEER, kind: 'peer', trustlevel: 'blocked', label: `peer ${PEER.slice(-12)}` })
    expect(await failureOf(client.setEntry({ entry: OTHER }))).toEqual(['EntryUnknownError', Code.NotFound])
    expect((await failureOf(client.setEntry({ entry: 'nobody', trustlevel: 'peer' })))[0]).toBe('EntryUnknownError')
  })

  it.each<[string, object, string]>([
    ['a level', { trustlevel: 'root' }, 'TrustLevelUnknownError'],
    ['the level of strangers', { trustlevel: 'none' }, 'TrustLevelUnknownError'],
    ['a key', { pubkey: 'nobody' }, 'PubkeyInvalidError'],
    ['a label with escapes', { label: '\u001b[2J' }, 'LabelInvalidError'],
    ['no label', { label: '' }, 'LabelInvalidError'],
    ['a function', { trustedFunctions: ['-'] }, 'TrustFunctionInvalidError'],
    ['a function of the prototype', { trustedFunctions: ['__proto__'] }, 'TrustFunctionInvalidError'],
    ['both', { trustedFunctions: ['admin', '-admin'] }, 'TrustFunctionInvalidError'],
    ['a lifetime', { trustLifetimeMs: 2n ** 63n }, 'LifetimeInvalidError'],
    ['an address', { addresses: ['192.0.2.1'] }, 'EntryAddressInvalidError']
  ])('refuse %s that is none', async (_what, wrong, name) => {
    const { client, acl } = await served()
    const request = { label: 'x', pubkey: PEER, trustlevel: 'peer', ...wrong }
    expect(await failureOf(client.addEntry(request))).toEqual([name, Code.InvalidArgument])
    expect(acl.entries()).toEqual([])
  })

  it('come in pages, whose cursors are signed', async () => {
    const { client, acl } = await served()
    for (let seed = 10; seed < 15; seed++)
      await acl.add({ label: `p${seed}`, pubkey: String(await peerOf(seed)), trustlevel: 'peer' })
    const first = await client.listEntries({ page: { size: 3 } })
    const second = await client.listEntries({ page: { size: 3, cursor: first.page?.nextCursor ?? '' } })
    const labels = [...first.entries, ...second.entries].map(({ label }) => label)
    expect([labels, second.page?.nextCursor]).toEqual([['p10', 'p11', 'p12', 'p13', 'p14'], ''])
    expect(await failureOf(client.listEntries({ page: { cursor: 'AAAA' } }))).toEqual([
      'CursorInvalidError',
      Code.InvalidArgument
    ])
  })
})

describe('fetch', () => {
  it('fetches all files, and leaves failures to their status', async () => {
    const asked: string[] = []
    const { client, acl } = await served({
      publisher: {
        fetchEntry: async pubkey => {
          asked.push(pubkey)
          await acl.setStatus(pubkey, { error: { name: 'IpnsSilentError', message: 'nobody' } })
          throw new IpnsSilentError('nobody')
        },
        publish: () => Promise.reject(new Error('not here'))
      }
    })
    await acl.add({ label: 'file', pubkey: NAME, trustlevel: 'advanced' })
    await acl.add({ label: 'peer', pubkey: PEER, trustlevel: 'peer' })
    const { entries } = await client.fetchEntry({})
    expect([asked, entries]).toMatchObject([[NAME], [{ label: 'file', status: { error: 'IpnsSilentError' } }]])
    expect((await failureOf(client.fetchEntry({ entry: 'nobody' })))[0]).toBe('EntryUnknownError')
  })
})

describe('publish', () => {
  const file = new TextEncoder().encode(JSON.stringify({ description: 'x', entities: [] }))

  it('refuses what is no trust file, and more than one is, before it is read', async () => {
    const { client } = await served()
    const part = { file: new Uint8Array(512 * 1024) }
    async function* endless() {
      for (;;) yield { key: 'cluster', ...part }
    }
    expect(await failureOf(client.publish(endless()))).toEqual(['TrustFileTooLargeError', Code.InvalidArgument])
    async function* garbage() {
      yield { key: 'cluster', file: new TextEncoder().encode('{"a":') }
    }
    expect((await failureOf(client.publish(garbage())))[0]).toMatch(/^TrustFile/)
  })

  it('needs a key or a record, and hands on why it failed', async () => {
    const { client } = await served()
    async function* none() {
      yield { file }
    }
    expect((await failureOf(client.publish(none())))[0]).toBe('PublishRequestInvalidError')
  })
})

describe('views', () => {
  it('levels are those in force', async () => {
    const { levels, functions } = await (await served()).client.getLevels({})
    expect(levels).toHaveLength(7)
    expect(functions.find(row => row.function === 'admin')?.allowed).toEqual(['ultimate'])
  })

  it('explain says what is known, and refuses what is no peer', async () => {
    const { client } = await served()
    await client.addEntry({ label: 'x', pubkey: PEER, trustlevel: 'trusted', trustedFunctions: ['-use-as-relay'] })
    const answer = await client.explain({ peer: PEER, function: 'use-as-relay' })
    expect(answer).toMatchObject({ peer: PEER, level: 'trusted', entries: [{ label: 'x', ignored: '' }] })
    expect(answer.answers).toMatchObject([{ function: 'use-as-relay', allow: false }])
    expect((await client.explain({ peer: PEER })).answers.length).toBeGreaterThan(13)
    expect(await failureOf(client.explain({ peer: 'me' }))).toEqual(['PeerNameInvalidError', Code.InvalidArgument])
  })

  it('audit gives the past, then what comes, until the caller goes', async () => {
    const { client, acl, audit } = await served()
    await acl.add({ label: 'a', pubkey: PEER, trustlevel: 'peer' })
    await acl.add({ label: 'b', pubkey: OTHER, trustlevel: 'peer' })
    const past = []
    for await (const { event } of client.audit({ limit: 1 })) past.push(event?.subject)
    expect(past).toEqual(['b'])
    const gone = new AbortController()
    const seen: string[] = []
    const following = (async () => {
      for await (const { event } of client.audit({ follow: true }, { signal: gone.signal }))
        seen.push(`${event?.kind} ${event?.subject}`)
    })()
    await until(() => seen.length === 2)
    acl.decide({ peer: peer ?? (await peerOf(2)) }, 'admin')
    await until(() => seen.length === 3)
    expect(seen[2]).toBe(`denied ${PEER}`)
    gone.abort()
    await expect(following).rejects.toThrow()
    expect(audit.events()).toHaveLength(3)
  })
})
