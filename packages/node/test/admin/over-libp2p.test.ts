import { Code, createClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import { multiaddr } from '@multiformats/multiaddr'
import { until } from '@waystone/kit/testing'
import { describeRpcFailure } from '@waystone/rpc'
import { AdminService, Path } from '@waystone/wire/admin'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { adminTokenPath } from '../../src/index.ts'
import { noTransports, startLocalNode } from '../local-node.ts'
import type { Client } from '@connectrpc/connect'
import type { Logger } from '@libp2p/interface'
import type { Rpc } from '@waystone/rpc'
import type { WaystoneNode } from '../../src/index.ts'

const NOBODY = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'

function rpcOf({ libp2p }: WaystoneNode): Rpc {
  const services: { rpc?: Rpc } = libp2p.services
  if (services.rpc === undefined) throw new Error('this node has no RPC')
  return services.rpc
}

async function httpClient(node: WaystoneNode): Promise<Client<typeof AdminService>> {
  const token = (await readFile(adminTokenPath(node.config.dataDir), 'utf8')).trim()
  const transport = createConnectTransport({
    httpVersion: '1.1',
    baseUrl: node.adminUrl ?? '',
    interceptors: [
      next => request => {
        request.header.set('authorization', `Bearer ${token}`)
        return next(request)
      }
    ]
  })
  return createClient(AdminService, transport)
}

/** A node with an admin API, and a peer to speak of. */
async function startPair(transport: 'tcp' | 'quic' = 'tcp') {
  const listen = { tcp: '/ip4/127.0.0.1/tcp/0', quic: '/ip4/127.0.0.1/udp/0/quic-v1' }[transport]
  const over = {
    transports: { ...noTransports, [transport]: true },
    addresses: { listen: [listen], announce: [], private: true }
  }
  const asked = await startLocalNode('edge', over, { admin: true })
  const other = await startLocalNode('relay', over)
  const admin = await httpClient(asked.node)
  return {
    asked,
    other,
    admin,
    address: other.addresses[0] ?? '',
    peer: other.node.libp2p.peerId.toString(),
    async [Symbol.asyncDispose]() {
      await asked[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
    }
  }
}

async function failureOf(call: Promise<unknown>): Promise<{ code: Code; name: string }> {
  const { code, name } = describeRpcFailure(
    await call.then(
      () => undefined,
      (error: unknown) => error
    )
  )
  return { code, name }
}

test.each(['tcp', 'quic'] as const)('connections over %s are made, counted, listed and closed', async transport => {
  await using pair = await startPair(transport)
  const { admin, address, peer } = pair
  const { connection } = await admin.connect({ peer: address })
  expect(connection).toMatchObject({ peer, transport, path: Path.DIRECT })
  await until(async () => {
    const { connections } = await admin.listConnections({ peer })
    return connections.some(({ bytesReceived, bytesSent }) => bytesReceived > 100n && bytesSent > 100n)
  })
  const { bytesReceived, bytesSent, connections } = await admin.getNode({})
  expect([bytesReceived > 100n, bytesSent > 100n, connections > 0]).toEqual([true, true, true])
  await until(async () =>
    (await admin.listPeers({ connectedOnly: true })).peers.some(each => each.tags.includes('waystone-operator'))
  )
  expect((await admin.disconnect({ peer })).closed).toBeGreaterThan(0)
  // the peer may dial back
  await until(async () => (await admin.listConnections({})).connections.every(({ id }) => id !== connection?.id))
})

test('pings say how long they took and which way', async () => {
  await using pair = await startPair()
  const pongs = []
  for await (const pong of pair.admin.ping({ peer: pair.address, count: 2, intervalMs: 10 })) pongs.push(pong)
  expect(pongs.map(({ sequence, path, transport, failure }) => ({ sequence, path, transport, failure }))).toEqual(
    [1, 2].map(sequence => ({ sequence, path: Path.DIRECT, transport: 'tcp', failure: '' }))
  )
  expect(pongs.every(({ roundTripUs = 0n }) => roundTripUs > 0n)).toBe(true)
})

test('mistakes and failures have names', async () => {
  await using pair = await startPair()
  const { admin, asked } = pair
  const self = asked.node.libp2p.peerId.toString()
  const invalid = Code.InvalidArgument
  expect(await failureOf(admin.connect({ peer: 'x' }))).toEqual({ code: invalid, name: 'PeerNameInvalidError' })
  expect(await failureOf(admin.connect({ peer: self }))).toEqual({ code: invalid, name: 'PeerIsSelfError' })
  expect(await failureOf(admin.listPeers({ page: { cursor: 'made up' } }))).toEqual({
    code: invalid,
    name: 'CursorInvalidError'
  })
  const nobody = `/ip4/127.0.0.1/tcp/1/p2p/${NOBODY}`
  expect(await failureOf(admin.connect({ peer: nobody }))).toEqual({
    code: Code.Unavailable,
    name: 'PeerUnreachableError'
  })
  expect(await failureOf(admin.setLogLevel({ level: 'loud' }))).toEqual({ code: invalid, name: 'LogLevelInvalidError' })
})

test('events tell of a peer that comes and goes', async () => {
  await using pair = await startPair()
  const { admin, address, peer } = pair
  const kinds: string[] = []
  for await (const { kind, detail } of admin.watchEvents({ kinds: ['peer:connect', 'peer:disconnect'] })) {
    kinds.push(kind)
    if (kind === 'watch:open') await admin.connect({ peer: address })
    else expect(JSON.parse(detail)).toEqual({ peer })
    if (kind === 'peer:connect') await admin.disconnect({ peer })
    if (kind === 'peer:disconnect') break
  }
  expect(kinds).toEqual(['watch:open', 'peer:connect', 'peer:disconnect'])
})

test('the level is changed, and what is then logged can be watched', async () => {
  await using pair = await startPair()
  const { admin } = pair
  await expect(admin.setLogLevel({ level: 'error' })).resolves.toMatchObject({ previous: 'silent' })
  await expect(admin.getLogLevel({})).resolves.toMatchObject({ level: 'error' })
  await admin.setLogLevel({ level: 'silent' })
  const watching = admin.watchLogs({ level: 'debug' })[Symbol.asyncIterator]()
  const seen: string[] = []
  const first = watching.next().then(({ value }) => seen.push(value?.line ?? ''))
  await until(async () => {
    await admin.connect({ peer: pair.address })
    await admin.disconnect({ peer: pair.peer })
    return seen.length > 0
  })
  await first
  expect(JSON.parse(seen[0] ?? '')).toMatchObject({ component: expect.any(String), msg: expect.any(String) })
  await watching.return?.()
})

test('a program that brings its own logger keeps it to itself', async () => {
  const quiet: Logger = Object.assign(() => {}, {
    enabled: false,
    error: () => {},
    trace: () => {},
    newScope: () => quiet
  })
  await using local = await startLocalNode('edge', {}, { admin: true, logger: { forComponent: () => quiet } })
  const admin = await httpClient(local.node)
  expect(await failureOf(admin.getLogLevel({}))).toEqual({ code: Code.FailedPrecondition, name: 'LogNotOwnError' })
})

test('lists come in pages', async () => {
  await using pair = await startPair()
  await using third = await startLocalNode('relay')
  const { admin } = pair
  for (const peer of [pair.address, third.addresses[0] ?? '']) await admin.connect({ peer })
  const first = await admin.listConnections({ page: { size: 1 } })
  const second = await admin.listConnections({ page: { size: 1, cursor: first.page?.nextCursor ?? '' } })
  const ids = [...first.connections, ...second.connections].map(({ peer }) => peer)
  expect(new Set(ids).size).toBe(2)
  expect(second.page?.nextCursor).toBe('')
})

test('a peer may call only with the function admin', async () => {
  await using peer = await startLocalNode('edge')
  const id = peer.node.libp2p.peerId.toString()
  await using open = await startLocalNode('relay', { trust: { grants: { admin: [id] } } })
  await using closed = await startLocalNode('relay')
  const call = async (address = ''): Promise<string> =>
    (await rpcOf(peer.node).client(AdminService, multiaddr(address)).getNode({})).role
  await expect(call(open.addresses[0])).resolves.toBe('relay')
  expect((await failureOf(call(closed.addresses[0]))).code).toBe(Code.PermissionDenied)
})

test('a node that is asked to stop answers and stops', async () => {
  await using pair = await startPair()
  await expect(pair.admin.stop({})).resolves.toBeDefined()
  await until(() => pair.asked.node.adminUrl === undefined)
  expect(pair.asked.node.libp2p.status).toBe('stopped')
})
