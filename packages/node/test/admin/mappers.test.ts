import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { create, toBinary, toJsonString } from '@bufbuild/protobuf'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { createCursors } from '@waystone/rpc'
import {
  Direction,
  ListConnectionsRequestSchema,
  ListConnectionsResponseSchema,
  Path,
  Reachability,
  WatchEventsRequestSchema
} from '@waystone/wire/admin'
import { expect, test } from 'vitest'
import { describeAddresses, reachabilityOf } from '../../src/admin/service/addresses.ts'
import { connectionCalls, describeConnection } from '../../src/admin/service/connections.ts'
import { detailOf, eventCalls } from '../../src/admin/service/events.ts'
import { describeNode } from '../../src/admin/service/node.ts'
import { describePeer } from '../../src/admin/service/peers.ts'
import { EventLog } from '../../src/events/event-log.ts'
import { ByteCounts } from '../../src/libp2p/byte-counts.ts'
import type { HandlerContext } from '@connectrpc/connect'
import type { AdminContext } from '../../src/admin/service/contract.ts'
import type { Connection, Peer } from '@libp2p/interface'
import type { NodeAddress } from '@libp2p/interface-internal'
import type { Clock } from '@waystone/interface'

const PEER = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
const RELAY = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'

function address(text: string, over: Partial<NodeAddress> = {}): NodeAddress {
  return { multiaddr: multiaddr(text), verified: false, expires: 0, type: 'transport', ...over }
}

const tried = { expires: 1_000, lastVerified: 500 }

test.each([
  ['nobody has tried', '/ip4/1.2.3.4/tcp/1', {}, Reachability.UNKNOWN],
  ['a peer has dialled', '/ip4/1.2.3.4/tcp/1', { ...tried, verified: true }, Reachability.REACHABLE],
  ['no peer could dial', '/ip4/1.2.3.4/tcp/1', { expires: 1_000 }, Reachability.UNREACHABLE],
  ['no peer can dial any more', '/ip4/1.2.3.4/tcp/1', tried, Reachability.UNREACHABLE],
  ['the config says', '/dns4/n.example/tcp/1', { ...tried, verified: true, type: 'announce' }, Reachability.UNKNOWN],
  ['of the local network', '/ip4/192.168.1.1/tcp/1', { ...tried, verified: true }, Reachability.PRIVATE],
  ['of this machine', '/ip4/127.0.0.1/udp/1/quic-v1', { ...tried, verified: true }, Reachability.PRIVATE],
  ['of this process', '/memory/1', { verified: true }, Reachability.PRIVATE],
  ['through a relay', `/ip4/1.2.3.4/tcp/1/p2p/${RELAY}/p2p-circuit`, { verified: true }, Reachability.RELAYED],
  [
    'a domain name that was mapped',
    '/dns4/n.example/tcp/1',
    { ...tried, verified: true, type: 'dns-mapping' },
    Reachability.REACHABLE
  ]
] as const)('an address %s is shown as such', (_, text, over, reachability) => {
  expect(reachabilityOf(address(text, over))).toBe(reachability)
})

test('each address is shown once, with what was found out, and whether others are told', () => {
  const own = `/p2p/${PEER}`
  const known = [
    address('/ip4/1.2.3.4/tcp/1'),
    address('/ip4/1.2.3.4/tcp/1', { ...tried, verified: true, type: 'observed' }),
    address(`/ip4/10.0.0.1/tcp/1${own}`)
  ]
  expect(describeAddresses(known, { own, announced: [`/ip4/1.2.3.4/tcp/1${own}`] })).toEqual([
    { address: `/ip4/1.2.3.4/tcp/1${own}`, reachability: Reachability.REACHABLE, announced: true, source: 'observed' },
    { address: `/ip4/10.0.0.1/tcp/1${own}`, reachability: Reachability.PRIVATE, announced: false, source: 'transport' }
  ])
})

function connection(over: Partial<Connection> = {}): Connection {
  const known = {
    id: 'c1',
    remotePeer: peerIdFromString(PEER),
    remoteAddr: multiaddr(`/ip4/1.2.3.4/tcp/1/p2p/${PEER}`),
    direction: 'inbound',
    direct: true,
    encryption: '/tls/1.0.0',
    multiplexer: '/yamux/1.0.0',
    timeline: { open: 1_000.4 },
    streams: [{ id: 's1', protocol: '/x/1', direction: 'outbound' }],
    ...over
  }
  return known as unknown as Connection
}

test('a direct connection is shown with its streams and bytes', () => {
  expect(describeConnection(connection({ rtt: 12.6 }), { received: 5, sent: 7 })).toEqual({
    id: 'c1',
    peer: PEER,
    remoteAddress: `/ip4/1.2.3.4/tcp/1/p2p/${PEER}`,
    transport: 'tcp',
    encrypter: '/tls/1.0.0',
    muxer: '/yamux/1.0.0',
    direction: Direction.INBOUND,
    path: Path.DIRECT,
    relay: '',
    openedAtMs: 1_000n,
    streams: [{ id: 's1', protocol: '/x/1', direction: Direction.OUTBOUND }],
    bytesReceived: 5n,
    bytesSent: 7n,
    roundTripMs: 13
  })
})

test('a relayed connection is shown with its relay and what is left', () => {
  const relayed = connection({
    direct: false,
    direction: 'outbound',
    remoteAddr: multiaddr(`/ip4/1.2.3.4/udp/1/quic-v1/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`),
    limits: { bytes: 100n, seconds: 59.6 }
  })
  expect(describeConnection(relayed, { received: 0, sent: 0 })).toMatchObject({
    transport: 'quic',
    path: Path.RELAYED,
    relay: RELAY,
    limitBytes: 100n,
    limitSeconds: 60n,
    direction: Direction.OUTBOUND
  })
})

function peer(over: object = {}): Peer {
  const known = {
    id: peerIdFromString(PEER),
    addresses: [{ multiaddr: multiaddr('/ip4/1.2.3.4/tcp/1'), isCertified: false }],
    protocols: ['/x/1'],
    metadata: new Map([['AgentVersion', new TextEncoder().encode('agent/1')]]),
    tags: new Map([['keep-alive', { value: 1 }]]),
    ...over
  }
  return known as unknown as Peer
}

test('a peer is shown with what it says of itself', () => {
  expect(describePeer(peer(), new Set([PEER]))).toEqual({
    id: PEER,
    addresses: ['/ip4/1.2.3.4/tcp/1'],
    protocols: ['/x/1'],
    tags: ['keep-alive'],
    agent: 'agent/1',
    connected: true
  })
})

test('a peer that says too much of itself is cut short', () => {
  const long = 'x'.repeat(100_000)
  const metadata = new Map([['AgentVersion', new Uint8Array(100_000).fill(0xff)]])
  const shown = describePeer(peer({ protocols: Array.from({ length: 5_000 }, () => long), metadata }), new Set())
  expect(JSON.stringify(shown).length).toBeLessThan(64_000)
  expect(shown.connected).toBe(false)
})

test('a node counts its peers and the circuits that run through it', () => {
  const stop = { protocol: '/libp2p/circuit/relay/0.2.0/stop', direction: 'outbound' }
  const relayed = `/ip4/1.2.3.4/tcp/1/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`
  const seed = `/ip4/1.2.3.4/tcp/1/p2p/${PEER}`
  const shown = describeNode({
    config: { role: 'relay', network: 'test', dataDir: '/data', seeds: [seed, `/ip4/5.6.7.8/tcp/1/p2p/${RELAY}`] },
    instance: { slot: 3, fence: 7n },
    peerId: RELAY,
    missing: ['all'],
    cluster: { name: 'main', state: 'partial', connected: 3, running: 5, fileSequence: 12n },
    startedAtMs: 1.5,
    uptimeMs: 2.4,
    traffic: { received: 3, sent: 4 },
    connections: [connection(), connection({ streams: [stop, { ...stop, direction: 'inbound' }] as never })],
    addresses: [relayed],
    protocols: ['b', 'a'],
    services: ['z', 'y'],
    plugins: []
  })
  expect(shown).toMatchObject({
    role: 'relay',
    ready: false,
    startedAtMs: 2n,
    uptimeMs: 2n,
    slot: 3,
    fence: 7n,
    cluster: { name: 'main', state: 'partial', connectedMembers: 3, runningMembers: 5, fileSequence: 12n },
    bytesReceived: 3n,
    bytesSent: 4n,
    connections: 2,
    peers: 1,
    circuits: 1,
    seeds: [
      { peer: PEER, address: seed, connected: true },
      { peer: RELAY, connected: false }
    ],
    reservations: [{ relay: RELAY, addresses: [relayed] }],
    protocols: ['a', 'b'],
    services: ['y', 'z'],
    pid: process.pid
  })
})

test('the detail of an event is JSON, whatever a plugin put into it', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  expect(detailOf({ detail: { count: 1n } })).toBe('{"count":"1"}')
  expect(JSON.parse(detailOf({ detail: circle }))).toHaveProperty('leftOut')
  expect(JSON.parse(detailOf({ detail: { long: 'x'.repeat(100_000) } }))).toHaveProperty('leftOut')
  expect(JSON.parse(detailOf({ detail: { toJSON: () => undefined } }))).toHaveProperty('leftOut')
})

test('the kind of an event is short, whatever a plugin calls it', async () => {
  const clock: Clock = new ManualClock()
  const events = new EventLog(clock)
  const { watchEvents } = eventCalls({ events, clock } as AdminContext)
  const signal = AbortSignal.timeout(10_000)
  const seen = watchEvents?.(create(WatchEventsRequestSchema), { signal } as HandlerContext)[Symbol.asyncIterator]()
  await expect(seen?.next()).resolves.toMatchObject({ value: { kind: 'watch:open' } })
  events.emit('x'.repeat(2_000_000))
  await expect(seen?.next()).resolves.toMatchObject({ value: { kind: 'x'.repeat(256) } })
  await seen?.return?.()
  expect(events.watchers).toBe(0)
})

test('the largest page of connections fits into a message', () => {
  const streams = Array.from({ length: 1_000 }, (_, id) => ({
    id: String(id),
    protocol: `/waystone/rpc/1.0.0/${'x'.repeat(1_000)}`,
    direction: 'inbound'
  }))
  const busy = Array.from({ length: 500 }, (_, id) => connection({ id: String(id), streams: streams as never }))
  const context = {
    components: {
      connectionManager: { getConnections: () => busy },
      peerId: peerIdFromString(PEER),
      rpc: { cursors: createCursors(seededRandom(1)) }
    },
    bytes: new ByteCounts()
  } as unknown as AdminContext
  const { listConnections } = connectionCalls(context)
  const answer = listConnections?.(create(ListConnectionsRequestSchema, { page: { size: 1_000 } }), {} as never)
  const message = create(ListConnectionsResponseSchema, answer as never)
  expect(message.connections.length).toBeGreaterThan(1)
  expect(toBinary(ListConnectionsResponseSchema, message).length).toBeLessThan(1_048_576)
  expect(toJsonString(ListConnectionsResponseSchema, message).length).toBeLessThan(1_048_576)
})
