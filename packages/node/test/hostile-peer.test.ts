import { circuitRelayServer } from '@libp2p/circuit-relay-v2'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { expect, onTestFinished, test } from 'vitest'
import { usableAddresses } from '../src/libp2p/circuit.ts'
import { MAX_ADDRESSES_PER_PEER } from '../src/libp2p/limit-addresses.ts'
import { noTransports, startLocalNode } from './local-node.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { Libp2p, Libp2pInit } from 'libp2p'

const HOP = '/libp2p/circuit/relay/0.2.0/hop'
const STOP = '/libp2p/circuit/relay/0.2.0/stop'

interface StrangerInit {
  listen?: string
  announce?: string[]
  services?: NonNullable<Libp2pInit['services']>
}

async function startStranger(init: StrangerInit = {}): Promise<Libp2p> {
  const { listen = '/ip4/127.0.0.1/tcp/0', announce = [], services = {} } = init
  const stranger = await createLibp2p({
    addresses: { listen: [listen], announce },
    services,
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()]
  })
  onTestFinished(async () => stranger.stop())
  return stranger
}

/** The port of a node that has just stopped. */
async function freePort(): Promise<number> {
  const node = await startStranger()
  const port = node.getMultiaddrs()[0]?.getComponents()[1]?.value
  await node.stop()
  return Number(port)
}

async function newPeer(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}

/** Opens a stream and resolves when the other side has ended it. */
async function ended(connection: Connection, protocol: string): Promise<string> {
  const stream = await connection.newStream(protocol).catch(() => undefined)
  if (stream?.status === 'open') await new Promise(resolve => stream.addEventListener('close', resolve))
  return 'ended'
}

test('a stranger that plays relay is turned away and not asked for a reservation', async () => {
  await using edge = await startLocalNode('edge', { transports: { ...noTransports, tcp: true, circuit: true } })
  const stranger = await startStranger()
  const asked = Promise.withResolvers<string>()
  await stranger.handle(HOP, () => asked.resolve('asked'))
  const connection = await stranger.dial(multiaddr(edge.addresses[0]))
  expect(await Promise.race([ended(connection, STOP), asked.promise])).toBe('ended')
  expect(edge.node.libp2p.getMultiaddrs().map(String)).toEqual(edge.addresses)
})

test('few addresses of a relay are announced', async () => {
  const announce = Array.from({ length: 100 }, (_, port) => `/ip4/127.0.0.1/tcp/${port + 1}`)
  const port = await freePort()
  const services = { identify: identify(), relay: circuitRelayServer() }
  const relay = await startStranger({ listen: `/ip4/127.0.0.1/tcp/${port}`, announce, services })
  const relays = [`/ip4/127.0.0.1/tcp/${port}/p2p/${relay.peerId.toString()}`]
  await using edge = await startLocalNode('edge', {
    transports: { ...noTransports, tcp: true, circuit: true },
    relays
  })
  await expect.poll(() => edge.node.missing()).toEqual([])
  const through = edge.node.libp2p.getMultiaddrs().filter(address => String(address).includes('/p2p-circuit'))
  // and the one at which it was dialled
  expect(through.length).toBeLessThanOrEqual(17)
})

test('a relay gives its own addresses and no others', async () => {
  const [relay, other] = await Promise.all([newPeer(), newPeer()])
  const addressOf = (peer: PeerId): Uint8Array => multiaddr(`/ip4/203.0.113.1/tcp/1/p2p/${peer.toString()}`).bytes
  const named = [addressOf(other), Uint8Array.of(255, 255), multiaddr('/ip4/203.0.113.1/tcp/1').bytes, addressOf(relay)]
  expect(usableAddresses(named, relay)).toEqual([addressOf(relay)])
})

test('the DHT stores no large records', async () => {
  await using seed = await startLocalNode('seed')
  const put = seed.node.libp2p.contentRouting.put(new TextEncoder().encode('/x/y'), new Uint8Array(20_000))
  await expect(put).rejects.toMatchObject({ name: 'EntryTooLargeError' })
})

test('few addresses are kept of one peer, and those are the newest', async () => {
  await using seed = await startLocalNode('seed')
  const { peerStore } = seed.node.libp2p
  const peer = await newPeer()
  const addresses = (host: number) =>
    Array.from({ length: 50 }, (_, port) => multiaddr(`/ip4/203.0.113.${host}/tcp/${port + 1}`))
  const kept = async (): Promise<string[]> =>
    (await peerStore.get(peer)).addresses.map(({ multiaddr: address }) => address.toString())

  await peerStore.merge(peer, { multiaddrs: addresses(1), tags: { mine: { value: 1 } } })
  await peerStore.merge(peer, { multiaddrs: addresses(2) })
  expect(await kept()).toHaveLength(MAX_ADDRESSES_PER_PEER)
  expect(await kept()).toEqual(expect.arrayContaining(addresses(2).map(String)))
  expect((await peerStore.get(peer)).tags.has('mine')).toBe(true)

  const flood = { multiaddrs: [...addresses(3), ...addresses(4), ...addresses(5)] }
  for (const how of ['merge', 'patch', 'save'] as const) {
    await peerStore[how](peer, flood)
    expect(await kept()).toHaveLength(MAX_ADDRESSES_PER_PEER)
  }
})

test('addresses that a peer has signed are not pushed out by what others say of it', async () => {
  await using seed = await startLocalNode('seed')
  const { peerStore } = seed.node.libp2p
  const peer = await newPeer()
  const own = multiaddr('/ip4/198.51.100.1/tcp/4001')
  await peerStore.patch(peer, { addresses: [{ multiaddr: own, isCertified: true }] })
  for (const host of [1, 2, 3]) {
    const lies = Array.from({ length: 100 }, (_, port) => multiaddr(`/ip4/203.0.113.${host}/tcp/${port + 1}`))
    await peerStore.merge(peer, { multiaddrs: lies })
  }
  const { addresses } = await peerStore.get(peer)
  expect(addresses).toHaveLength(MAX_ADDRESSES_PER_PEER)
  expect(addresses.filter(({ isCertified }) => isCertified).map(({ multiaddr: one }) => one.toString())).toEqual([
    own.toString()
  ])
})
