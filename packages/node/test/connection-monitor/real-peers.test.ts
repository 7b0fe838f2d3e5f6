import { noise } from '@libp2p/noise'
import { ping, PING_PROTOCOL as STANDARD } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { KEEP_ALIVE_MS } from '@waystone/wire'
import { ManualClock, RecordedMetrics, seededRandom, until } from '@waystone/kit/testing'
import { createLibp2p } from 'libp2p'
import { expect, it, onTestFinished } from 'vitest'
import { ByteCounts } from '../../src/libp2p/byte-counts.ts'
import { ConnectionMonitor } from '../../src/libp2p/connection-monitor/connection-monitor.ts'
import { FIRST_PING_MS, PING_DEADLINE_MS, PING_PROTOCOL } from '../../src/libp2p/connection-monitor/constants.ts'
import { startLocalNode } from '../local-node.ts'
import { Wire } from './frozen-wire.ts'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { ServiceFactoryMap } from 'libp2p'

const stock = {
  transports: [tcp()],
  connectionEncrypters: [noise()],
  // silent by itself
  streamMuxers: [yamux({ enableKeepAlive: false })],
  connectionMonitor: { enabled: false }
}

async function start<S extends Record<string, unknown>>(
  init: { services?: ServiceFactoryMap<S>; metrics?: RecordedMetrics; bytes?: ByteCounts } = {}
): Promise<Libp2p> {
  const { services = {} as ServiceFactoryMap<S>, metrics = new RecordedMetrics(), bytes = new ByteCounts() } = init
  const node = await createLibp2p({
    ...stock,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    metrics: ({ events }) => {
      const made = metrics.toMetrics()
      bytes.attach(made, events)
      return made
    },
    services
  })
  onTestFinished(async () => node.stop())
  return node
}

/** A node that watches, by a clock that the test moves; its first ping of a connection comes after 2 s. */
async function startWatching() {
  const [clock, metrics, bytes] = [new ManualClock(), new RecordedMetrics(), new ByteCounts()]
  const random = { ...seededRandom(1), number: () => 0 }
  const made: { monitor?: ConnectionMonitor } = {}
  const monitor = (components: ConstructorParameters<typeof ConnectionMonitor>[0]): ConnectionMonitor =>
    (made.monitor = new ConnectionMonitor(components, { bytes, clock, random }))
  const node = await start({ services: { keepAlive: monitor }, metrics, bytes })
  const count = (result: string): number => metrics.count('waystone_node_pings_total', result)
  return { node, clock, bytes, count, monitor: made.monitor }
}

/** A node whose answers to pings are given by hand. */
async function startAnswering(answer: (stream: Stream) => void): Promise<Libp2p> {
  const node = await start()
  await node.handle(PING_PROTOCOL, answer)
  return node
}

const addressOf = (node: Libp2p): string => String(node.getMultiaddrs()[0])

function openPings({ streams }: Connection): Stream[] {
  return streams.filter(({ status }) => status === 'open')
}

it('measures the round trip to a real peer, and leaves no stream behind', async () => {
  const watching = await startWatching()
  const peer = await start({ services: { ping: ping() } })
  const connection = await watching.node.dial(multiaddr(addressOf(peer)))
  expect(connection.rtt).toBeUndefined()
  await watching.clock.advance(FIRST_PING_MS.from)
  await until(() => watching.count('answered') === 1)
  expect(connection.rtt).toBe(0)
  expect(openPings(connection)).toEqual([])
  expect(PING_PROTOCOL).toBe(STANDARD)
})

it('takes a peer that does not speak ping for alive', async () => {
  const watching = await startWatching()
  const connection = await watching.node.dial(multiaddr(addressOf(await start())))
  await watching.clock.advance(FIRST_PING_MS.from)
  await until(() => watching.count('unsupported') === 1)
  expect([connection.rtt, connection.status]).toEqual([0, 'open'])
})

it('cuts the connection to a peer that went silent without a word', async () => {
  const watching = await startWatching()
  const peer = await start({ services: { ping: ping() } })
  await using wire = await Wire.lay(addressOf(peer))
  const connection = await watching.node.dial(multiaddr(wire.address))
  await watching.clock.advance(FIRST_PING_MS.from)
  await until(() => watching.count('answered') === 1)
  wire.freeze()
  const closed = new Promise(resolve => connection.addEventListener('close', ({ error }) => resolve(error)))
  await watching.clock.advance(KEEP_ALIVE_MS + PING_DEADLINE_MS)
  expect(await closed).toMatchObject({ name: 'PeerSilentError' })
  expect(watching.monitor?.size).toBe(0)
})

it.each([
  ['other bytes', (stream: Stream) => void stream.send(new Uint8Array(32).fill(1))],
  ['too many bytes', (stream: Stream) => void stream.send(new Uint8Array(100_000))],
  ['too few bytes and the end', (stream: Stream) => void (stream.send(new Uint8Array(5)), stream.close())],
  ['a reset', (stream: Stream) => stream.abort(new Error('no'))],
  ['too few bytes', (stream: Stream) => void stream.send(new Uint8Array(5))],
  ['nothing but the negotiation', () => {}]
])('a peer that answers with %s is there, but its round trip is not known', async (_what, answer) => {
  const watching = await startWatching()
  const connection = await watching.node.dial(multiaddr(addressOf(await startAnswering(answer))))
  const before = watching.bytes.of(connection).received
  await watching.clock.advance(FIRST_PING_MS.from)
  await until(() => watching.bytes.of(connection).received > before)
  await watching.clock.advance(PING_DEADLINE_MS)
  await until(() => watching.count('alive') === 1)
  expect([connection.rtt, connection.status]).toEqual([undefined, 'open'])
  expect(openPings(connection)).toEqual([])
})

it('does not keep a stream that a peer has answered and never ends', async () => {
  const watching = await startWatching()
  const answered = Promise.withResolvers<void>()
  const peer = await startAnswering(stream => {
    stream.addEventListener('message', ({ data }) => answered.resolve(void stream.send(data)), { once: true })
  })
  const connection = await watching.node.dial(multiaddr(addressOf(peer)))
  await watching.clock.advance(FIRST_PING_MS.from)
  await answered.promise
  await until(() => openPings(connection).some(({ writeStatus }) => writeStatus === 'closed'))
  await watching.clock.advance(PING_DEADLINE_MS)
  await until(() => openPings(connection).length === 0)
  expect(connection.status).toBe('open')
})

it('stands in a node where libp2p had its own', async () => {
  await using server = await startLocalNode('relay')
  await using client = await startLocalNode('edge')
  await client.node.libp2p.dial(multiaddr(server.addresses[0]))
  const { components } = client.node.libp2p as unknown as { components: { components: Record<string, unknown> } }
  expect(components.components).not.toHaveProperty('connectionMonitor')
  const watching = [client, server].map(({ node }) => node.libp2p.services['keepAlive'] as ConnectionMonitor)
  await until(() => watching.every(({ size }) => size === 1))
})
