import { Code } from '@connectrpc/connect'
import { describe, expect, it } from 'vitest'
import { WaystoneError } from '@waystone/interface'
import { rpcError } from '@waystone/rpc'
import { jsonLines, nodeAndCommands } from '../admin/run-waystone.ts'
import type { ServiceImpl } from '@connectrpc/connect'
import type { trust } from '@waystone/wire/admin'

type Served = Partial<ServiceImpl<typeof trust.TrustService>>

const PEER = '12D3KooWEaF3YrCC5h8CDM85AvYrVUXqL5Ljua9AL2aYdC6D6oLp'
const NAME = 'k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8'
const STEERING = '\u001b[2J\u001b]0;owned\u0007\nforged line'
const STEERS = /\p{Cc}(?<!\n)|^forged/mu

class EntryUnknownError extends WaystoneError {
  static override readonly name = 'EntryUnknownError'
}

const serving = async (served: Served) => await nodeAndCommands({}, served)

/** Keeps what the node was asked. */
function asked<Request, Response>(answer: Response) {
  const requests: Request[] = []
  return { requests, serve: (request: Request): Response => (requests.push(request), answer) }
}

describe('trust add', () => {
  const entry = { label: STEERING, pubkey: NAME, kind: 'file', trustlevel: 'advanced', status: { state: 'never' } }

  it('sends all that the flags say, and shows words of others without their escapes', async () => {
    const { requests, serve } = asked<trust.AddEntryRequest, object>({ entry })
    const { run } = await serving({ addEntry: serve })
    const flags = ['--allow', 'admin', '--allow', 'tunnel:web', '--deny', 'use-as-relay', '--lifetime', '30d']
    const { code, stdout } = await run('trust', 'add', 'cluster', NAME, '--level', 'advanced', ...flags)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^added .*: advanced for ever; trust file never, k51/)])
    expect(stdout).not.toMatch(STEERS)
    expect(requests).toMatchObject([
      {
        label: 'cluster',
        pubkey: NAME,
        kind: 'file',
        trustlevel: 'advanced',
        trustedFunctions: ['admin', 'tunnel:web', '-use-as-relay'],
        trustLifetimeMs: 2_592_000_000n,
        addresses: []
      }
    ])
    expect(requests[0]?.cacheLifetimeMs).toBeUndefined()
  })

  it('takes a peer by id, or by an address that ends in one', async () => {
    const { requests, serve } = asked<trust.AddEntryRequest, object>({ entry })
    const { run } = await serving({ addEntry: serve })
    await run('trust', 'add', 'a', PEER, '--level', 'peer', '--address', '/ip4/192.0.2.1/tcp/1')
    await run('trust', 'add', 'b', `/ip4/192.0.2.2/tcp/2/p2p/${PEER}`, '--level', 'peer')
    expect(requests).toMatchObject([
      { pubkey: PEER, kind: 'peer', addresses: ['/ip4/192.0.2.1/tcp/1'] },
      { pubkey: PEER, kind: 'peer', addresses: ['/ip4/192.0.2.2/tcp/2'] }
    ])
  })

  it.each([
    [['x', NAME]],
    [['x', NAME, '--level', 'none']],
    [['x', NAME, '--level', 'root']],
    [['x', 'nobody', '--level', 'peer']],
    [['x', PEER, '--level', 'peer', '--lifetime', '0s']],
    [['x', PEER, '--level', 'peer', '--lifetime', 'soon']],
    [['x', PEER, '--level', 'peer', '--kind', 'group']]
  ])('refuses %j before it asks', async args => {
    const { run, node } = await serving({})
    expect((await run('trust', 'add', ...args)).code).toBe(2)
    expect(node.authorizations).toEqual([])
  })
})

describe('trust set', () => {
  const entry = { label: 'x', pubkey: PEER, kind: 'peer', trustlevel: 'blocked' }

  it('changes only what is given, and says what that ended', async () => {
    const { requests, serve } = asked<trust.SetEntryRequest, object>({ entry, closedConnections: 1, closedStreams: 2 })
    const { run } = await serving({ setEntry: serve })
    const { stdout } = await run('trust', 'set', PEER, '--level', 'blocked')
    expect(stdout).toBe(
      `changed x: blocked for ever; peer ${PEER}\nclosed 1 connection and 2 streams or reservations\n`
    )
    expect(requests).toMatchObject([{ entry: PEER, trustlevel: 'blocked', setFunctions: false, setAddresses: false }])
  })

  it('puts single overrides in and out and leaves the others', async () => {
    const { requests, serve } = asked<trust.SetEntryRequest, object>({ entry })
    const trustedFunctions = ['admin', '-offer-relay', 'tunnel:web']
    const { run } = await serving({ setEntry: serve, getEntry: () => ({ entry: { ...entry, trustedFunctions } }) })
    await run('trust', 'set', 'x', '--allow', 'offer-relay', '--clear', 'tunnel:web')
    expect(requests).toMatchObject([{ trustedFunctions: ['admin', 'offer-relay'], setFunctions: true }])
  })

  it('takes overrides for a peer that has no entry yet, and other failures as they are', async () => {
    const { requests, serve } = asked<trust.SetEntryRequest, object>({ entry })
    let code = Code.NotFound
    const getEntry = (): never => {
      throw rpcError(code, new EntryUnknownError('no such entry', { hint: 'add it' }))
    }
    const { run } = await serving({ setEntry: serve, getEntry })
    expect((await run('trust', 'set', PEER, '--deny', 'offer-relay', '--lifetime', 'forever')).code).toBe(0)
    expect(requests).toMatchObject([{ trustedFunctions: ['-offer-relay'], trustLifetimeInfinite: true }])
    code = Code.Internal
    expect((await run('trust', 'set', PEER, '--deny', 'offer-relay')).stderr).toContain('EntryUnknownError')
    expect(requests).toHaveLength(1)
  })
})

describe('what the command line alone can tell', () => {
  it('a change of nothing is refused before the node is asked', async () => {
    const { run, node } = await serving({})
    expect(await run('trust', 'set', 'x')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^NothingToChangeError: .*\nhint: /)
    })
    expect(node.authorizations).toEqual([])
  })

  it('a function that may be misspelt is noted, and those of families are not', async () => {
    const { run } = await serving({ setEntry: () => ({ entry: { label: 'x' } }), getEntry: () => ({}) })
    const flags = ['--allow', 'offer-rely', '--deny', 'tunnel:web', '--deny', 'connect']
    const { code, stderr } = await run('trust', 'set', 'x', ...flags)
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^note: offer-rely is no function .* offer-relay is near\n$/)
    ])
  })

  it('to fetch nothing is no empty database', async () => {
    const { run } = await serving({ fetchEntry: () => ({ entries: [] }) })
    expect((await run('trust', 'fetch')).stdout).toMatch(/^no trust files to fetch/)
  })
})

describe('trust ls and show', () => {
  const entry = {
    label: STEERING,
    pubkey: NAME,
    kind: 'file',
    trustlevel: 'advanced',
    trustedFunctions: ['-admin'],
    fetchedAt: 1_000n,
    ttlMs: 86_400_000n,
    cacheLifetimeMs: 172_800_000n,
    nodeCount: 30,
    status: { state: 'stale', error: 'IpnsTimeoutError', errorMessage: STEERING, sequence: 7n, cid: 'bafy', via: 'dht' }
  }
  const listEntries: Served['listEntries'] = ({ page }) => {
    const number = Number(page?.cursor ?? '')
    return { entries: [{ ...entry, nodeCount: number }], page: { nextCursor: number < 2 ? String(number + 1) : '' } }
  }

  it('list comes from every page, and cannot steer the terminal', async () => {
    const { run } = await serving({ listEntries })
    const { code, stdout } = await run('trust', 'ls')
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 4])
    expect(stdout).toMatch(/advanced +stale \(IpnsTimeoutError\) +2 +file/)
    expect(stdout).not.toMatch(STEERS)
    expect(jsonLines((await run('trust', 'ls', '--json')).stdout)).toMatchObject([
      { nodeCount: 0, trustedFunctions: ['-admin'], status: { sequence: 7 } },
      {},
      {}
    ])
  })

  it('an empty list says so', async () => {
    const { run } = await serving({ listEntries: () => ({}) })
    expect((await run('trust', 'ls')).stdout).toMatch(/^no entries/)
  })

  it('show is a page, with the first nodes or all of them', async () => {
    const nodes = Array.from({ length: 30 }, (_, index) => ({
      entity: STEERING,
      label: `node ${index}`,
      peer: PEER,
      remotes: ['/ip4/192.0.2.1/tcp/1', STEERING],
      remotesStrict: index > 0
    }))
    const { run } = await serving({
      getEntry: () => ({ entry, description: STEERING, contact: [STEERING] }),
      listNodes: () => ({ nodes })
    })
    const { stdout } = await run('trust', 'show', 'cluster')
    expect(stdout).toMatch(/^level {9}advanced for ever$/m)
    expect(stdout).toMatch(/^last failure {2}IpnsTimeoutError/m)
    expect(stdout).toContain('\nand 10 more; --nodes shows all\n')
    expect(stdout).toMatch(/192\.0\.2\.1\/tcp\/1 \(\+1\), or elsewhere$/m)
    expect(stdout).not.toMatch(STEERS)
    expect((await run('trust', 'show', 'cluster', '--nodes')).stdout).toContain('node 29')
    const [object] = jsonLines((await run('trust', 'show', 'cluster', '--json')).stdout)
    expect(object).toMatchObject({ label: STEERING, nodes: { length: 30 }, contact: [STEERING] })
  })

  it('show of nobody fails by the name that the node gives', async () => {
    const getEntry = (): never => {
      throw rpcError(Code.NotFound, new EntryUnknownError('no entry', { hint: 'see trust ls' }))
    }
    const { run } = await serving({ getEntry })
    expect(await run('trust', 'show', 'x')).toMatchObject({
      code: 1,
      stderr: 'EntryUnknownError: no entry\nhint: see trust ls\n'
    })
  })
})

it('trust rm and fetch say what came of it', async () => {
  const failed = { label: 'b', pubkey: NAME, kind: 'file', status: { state: 'stale', error: 'IpnsTimeoutError' } }
  const { run } = await serving({
    removeEntry: () => ({}),
    fetchEntry: ({ entry }) => ({
      entries: entry === '' ? [failed] : [{ ...failed, status: { state: 'ok' } }]
    })
  })
  expect(await run('trust', 'rm', 'b')).toMatchObject({ code: 0, stdout: 'removed b\n' })
  expect(await run('trust', 'fetch', 'b')).toMatchObject({ code: 0, stdout: expect.stringContaining(' ok ') })
  expect(await run('trust', 'fetch')).toMatchObject({ code: 1, stdout: expect.stringContaining('IpnsTimeoutError') })
})

it.each([['ls'], ['show', 'x'], ['rm', 'x'], ['fetch'], ['audit'], ['explain', PEER], ['export']])(
  'trust %s without a node fails with a hint',
  async (...args) => {
    const { run, node } = await serving({})
    await node[Symbol.asyncDispose]()
    const { code, stderr } = await run('trust', ...args)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^NodeNotRunningError: [\s\S]*hint: start one/)])
  }
)
