import { Code, createClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import { multiaddr } from '@multiformats/multiaddr'
import { until } from '@waystone/kit/testing'
import { describeRpcFailure } from '@waystone/rpc'
import { AdminService, Path } from '@waystone/wire/admin'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { defaultsFor } from '../../src/config/defaults.ts'
import { adminTokenPath } from '../../src/index.ts'
import { allPlugins, noTransports, startLocalNode } from '../local-node.ts'
import type { Client } from '@connectrpc/connect'
import type { Logger } from '@libp2p/interface'
import type { Rpc } from '@waystone/rpc'
import type { WaystoneNode } from '../../src/index.ts'

const RELAYED = { ...noTransports, tcp: true, circuit: true }
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

const LISTEN = {
  tcp: '/ip4/127.0.0.1/tcp/0',
  ws: '/ip4/127.0.0.1/tcp/0/ws',
  quic: '/ip4/127.0.0.1/udp/0/quic-v1',
  webrtcDirect: '/ip4/127.0.0.1/udp/0/webrtc-direct'
}

/** A node with an admin API, and a peer to speak of. */
async function startPair(transport: keyof typeof LISTEN = 'tcp') {
  const listen = LISTEN[transport]
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

/** As the operator reads them. */
const TRANSPORTS = { tcp: 'tcp', ws: 'ws', quic: 'quic', webrtcDirect: 'webrtc-direct' }

async function failureOf(call: Promise<unknown>): Promise<{ code: Code; name: string }> {
  const { code, name } = describeRpcFailure(
    await call.then(
      () => undefined,
      (error: unknown) => error
    )
  )
  return { code, name }
}

test.each(['tcp', 'ws', 'quic', 'webrtcDirect'] as const)(
  'connections over %s are made, counted, listed and closed',
  async transport => {
    await using pair = await startPair(transport)
    const { admin, address, peer } = pair
    const { connection } = await admin.connect({ peer: address })
    expect(connection).toMatchObject({ peer, transport: TRANSPORTS[transport], path: Path.DIRECT })
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
  }
)

test('bytes of a relayed connection are its own, and count once in the total', async () => {
  await using relay = await startLocalNode('relay', { transports: RELAYED })
  const through = `${relay.addresses[0] ?? ''}/p2p-circuit`
  const addresses = { listen: [through], announce: [], private: true }
  await using far = await startLocalNode('edge', { transports: RELAYED, addresses })
  await using asked = await startLocalNode('edge', { transports: RELAYED }, { admin: true })
  const admin = await httpClient(asked.node)
  const peer = far.node.libp2p.peerId.toString()
  await until(
    async () =>
      await admin.connect({ peer: `${through}/p2p/${peer}` }).then(
        () => true,
        () => false
      )
  )
  for await (const { failure } of admin.ping({ peer, count: 3, intervalMs: 10 })) expect(failure).toBe('')
  const { connections } = await admin.listConnections({})
  const relayed = connections.find(({ path }) => path === Path.RELAYED)
  const carrier = connections.find(({ path }) => path === Path.DIRECT)
  expect(relayed).toMatchObject({ peer, relay: relay.node.libp2p.peerId.toString() })
  // three pings of 32 bytes at the least; what carries it has all of it and more
  expect(Number(relayed?.bytesSent)).toBeGreaterThan(96)
  expect(Number(relayed?.bytesReceived)).toBeGreaterThan(96)
  expect(Number(carrier?.bytesSent)).toBeGreaterThan(Number(relayed?.bytesSent))
  const { bytesSent } = await admin.getNode({})
  expect(Number(bytesSent)).toBeLessThan(Number(carrier?.bytesSent) + Number(relayed?.bytesSent))
})

test('a peer is called in JSON, and its refusals and mistakes in the call come back with their names', async () => {
  await using pair = await startPair()
  const { admin, address: peer } = pair
  const call = async (procedure: string, messages = ['{}']): Promise<string[]> => {
    const answers = admin.callPeer({ peer, procedure, messages })
    const read: string[] = []
    for await (const { message } of answers) read.push(message)
    return read
  }
  const [answer = ''] = await call('waystone.probe.v1.ProbeService/Probe')
  expect(JSON.parse(answer)).toMatchObject({ receivedAtMs: expect.stringMatching(/^\d+$/) })
  const name = 'waystone.admin.v1.AdminService/GetNode'
  expect((await failureOf(call(name))).code).toBe(Code.PermissionDenied)
  expect(await failureOf(call('no procedure'))).toEqual({ code: Code.InvalidArgument, name: 'ProcedureInvalidError' })
  expect(await failureOf(call(name, ['no json']))).toEqual({
    code: Code.InvalidArgument,
    name: 'JsonMessageInvalidError'
  })
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

test('a stop of the node ends open pings, and says so', async () => {
  await using pair = await startPair()
  const pings = pair.admin.ping({ peer: pair.address, intervalMs: 10 })[Symbol.asyncIterator]()
  await pings.next()
  const rest = (async () => {
    for (;;) {
      const { done, value } = await pings.next()
      if (done === true) throw new Error('the pings ended without a reason')
      if (value.failure !== '') throw new Error(value.failure)
    }
  })()
  const failure = failureOf(rest)
  await pair.asked.node.stop()
  expect(await failure).toEqual({ code: Code.Unavailable, name: 'NodeStoppingError' })
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
  // it begins before there is anything to tell
  await expect(watching.next()).resolves.toMatchObject({ value: { line: '', dropped: 0n } })
  await admin.connect({ peer: pair.address })
  const { value } = await watching.next()
  expect(JSON.parse(value?.line ?? '')).toMatchObject({ component: expect.any(String), msg: expect.any(String) })
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
  await using open = await startLocalNode('relay', {
    trust: { ...defaultsFor('relay').trust, grants: { admin: [id] } }
  })
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

test('a node that fails in the stop it was asked for tells its log, and the process runs on', async () => {
  const failing = { [Symbol.toStringTag]: 'failing', start: () => {}, stop: () => Promise.reject(new Error('no luck')) }
  const plugins = { ...allPlugins, failing: { create: async () => () => failing } }
  const told: unknown[] = []
  const log: Logger = Object.assign(() => {}, {
    enabled: true,
    error: (...values: unknown[]) => void told.push(values[0]),
    trace: () => {},
    newScope: () => log
  })
  const asked = await startLocalNode('edge', {}, { admin: true, plugins, logger: { forComponent: () => log } })
  await (await httpClient(asked.node)).stop({})
  await until(() => told.includes('the stop that was asked for failed - %e'))
  await expect(asked[Symbol.asyncDispose]()).rejects.toMatchObject({ name: 'StopFailedError' })
})
