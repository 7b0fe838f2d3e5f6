import { generateKeyPair } from '@libp2p/crypto/keys'
import { noise } from '@libp2p/noise'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { expect, onTestFinished, test } from 'vitest'
import { MAX_ADDRESSES_PER_PEER } from '../src/libp2p/limit-addresses.ts'
import { noTransports, startLocalNode } from './local-node.ts'
import type { Connection } from '@libp2p/interface'
import type { Libp2p } from 'libp2p'

const HOP = '/libp2p/circuit/relay/0.2.0/hop'
const STOP = '/libp2p/circuit/relay/0.2.0/stop'

async function startStranger(): Promise<Libp2p> {
  const stranger = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()]
  })
  onTestFinished(async () => stranger.stop())
  return stranger
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

test('the DHT stores no large records', async () => {
  await using seed = await startLocalNode('seed')
  const put = seed.node.libp2p.contentRouting.put(new TextEncoder().encode('/x/y'), new Uint8Array(20_000))
  await expect(put).rejects.toMatchObject({ name: 'EntryTooLargeError' })
})

test('few addresses are kept of one peer, and those are the newest', async () => {
  await using seed = await startLocalNode('seed')
  const { peerStore } = seed.node.libp2p
  const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
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
