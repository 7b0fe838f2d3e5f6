import { readFile } from 'node:fs/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { nameOf } from '@waystone/kit/error-fields'
import { poll, until } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { describeConnection } from '../src/index.ts'
import { makeCertificate } from './certificate.ts'
import { noTransports, startLocalNode } from './local-node.ts'
import type { Connection } from '@libp2p/interface'
import type { ConfigInput } from '../src/config/schema.ts'
import type { WaystoneNode } from '../src/index.ts'

const TLS = '/tls/1.0.0'
const NOISE = '/noise'

interface Case {
  listen: string
  transport: keyof ConfigInput['transports']
  /** As the admin API calls it. */
  named: string
  encrypter: string
}

const cases: Case[] = [
  { listen: '/ip4/127.0.0.1/tcp/0', transport: 'tcp', named: 'tcp', encrypter: TLS },
  { listen: '/ip6/::1/tcp/0', transport: 'tcp', named: 'tcp', encrypter: TLS },
  { listen: '/ip4/127.0.0.1/tcp/0/ws', transport: 'ws', named: 'ws', encrypter: TLS },
  { listen: '/ip6/::1/tcp/0/ws', transport: 'ws', named: 'ws', encrypter: TLS },
  { listen: '/ip4/127.0.0.1/udp/0/quic-v1', transport: 'quic', named: 'quic', encrypter: 'native' },
  { listen: '/ip6/::1/udp/0/quic-v1', transport: 'quic', named: 'quic', encrypter: 'native' },
  {
    listen: '/ip4/127.0.0.1/udp/0/webrtc-direct',
    transport: 'webrtcDirect',
    named: 'webrtc-direct',
    encrypter: 'native'
  },
  { listen: '/memory/a-transport-test', transport: 'memory', named: 'memory', encrypter: TLS }
]

test.each(cases)('two nodes connect over $listen', async ({ listen, transport, named, encrypter }) => {
  const transports = { ...noTransports, [transport]: true }
  await using server = await startLocalNode('relay', { transports, addresses: listenOn(listen) })
  await using client = await startLocalNode('edge', { transports, addresses: listenOn() })
  const connection = await client.node.libp2p.dial(multiaddr(server.addresses[0]))
  expect(describeConnection(connection)).toMatchObject({
    transport: named,
    encrypter,
    path: 'direct',
    direction: 'outbound'
  })
  const stream = await connection.newStream('/ipfs/ping/1.0.0')
  expect(stream.protocol).toBe('/ipfs/ping/1.0.0')
  await stream.close()
})

test('two nodes connect over a secure WebSocket with certificate files', async () => {
  await using folder = await temporaryFolder()
  const tls = await makeCertificate(folder.path, { type: 'ip', value: '127.0.0.1' })
  const transports = { ...noTransports, ws: true }
  await using server = await startLocalNode('relay', {
    transports,
    tls,
    addresses: listenOn('/ip4/127.0.0.1/tcp/0/tls/ws')
  })
  await using client = await startLocalNode('edge', { transports, addresses: listenOn() })
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, await readFile(tls.certFile, 'utf8')])
  try {
    const secure = server.addresses.find(address => address.includes('/tls/ws'))
    const connection = await client.node.libp2p.dial(multiaddr(secure))
    expect(describeConnection(connection)).toMatchObject({ transport: 'wss', encrypter: TLS })
  } finally {
    setDefaultCACertificates(before)
  }
})

test('a certificate that is not there is named', async () => {
  const transports = { ...noTransports, ws: true }
  const tls = { certFile: '/nonexistent/cert.pem', keyFile: '/nonexistent/key.pem' }
  await expect(startLocalNode('relay', { transports, tls, addresses: listenOn() })).rejects.toMatchObject({
    name: 'CertificateUnreadableError',
    exitCode: 3,
    message: expect.stringContaining('/nonexistent/')
  })
})

test('a node that has only noise and one that prefers TLS meet at noise', async () => {
  await using server = await startLocalNode('relay', { encrypters: ['noise'] })
  await using client = await startLocalNode('edge', { encrypters: ['tls', 'noise'] })
  const connection = await client.node.libp2p.dial(multiaddr(server.addresses[0]))
  expect(connection.encryption).toBe(NOISE)
})

test('two nodes connect through a relay on which one of them holds a reservation', async () => {
  const transports = { ...noTransports, tcp: true, circuit: true }
  await using relay = await startLocalNode('relay', { transports })
  await using hidden = await startLocalNode('edge', {
    transports,
    addresses: listenOn(),
    relays: [relay.addresses[0] ?? '']
  })
  await until(() => hidden.node.missing().length === 0)
  const [address] = hidden.node.libp2p.getMultiaddrs()
  await using client = await startLocalNode('edge', { transports, addresses: listenOn() })
  const connection = await client.node.libp2p.dial(multiaddr(address?.toString()))
  expect(describeConnection(connection)).toMatchObject({ path: 'relayed', encrypter: TLS })
})

function listenOn(...listen: string[]): ConfigInput['addresses'] {
  return { listen, announce: [], private: true }
}

test('two nodes that nobody can dial connect over WebRTC, signalled over a relay', async () => {
  await using relay = await startLocalNode('relay', { transports: { ...noTransports, tcp: true, circuit: true } })
  const transports = { ...noTransports, tcp: true, circuit: true, webrtc: true }
  const relays = [relay.addresses[0] ?? '']
  await using hidden = await startLocalNode('edge', { transports, addresses: listenOn(), relays })
  const webrtc = (): string | undefined =>
    hidden.node.libp2p
      .getMultiaddrs()
      .map(String)
      .find(address => address.includes('/webrtc/'))
  await until(() => webrtc() !== undefined)
  await using client = await startLocalNode('edge', { transports, addresses: listenOn() })
  const connection = await poll(async () => dialAgain(client.node, webrtc()), { what: 'the WebRTC connection' })
  expect(describeConnection(connection)).toMatchObject({ transport: 'webrtc', encrypter: 'native', path: 'direct' })
}, 60_000)

/**
 * Undefined when the dial took too long. Without latency and with a busy
 * processor, libdatachannel (in node-datachannel 0.33.4) may see the other
 * side's certificate before it has stored the fingerprint, and closes the
 * connection; `@libp2p/webrtc` (6.0.33) does not notice until its time is up.
 */
async function dialAgain({ libp2p }: WaystoneNode, address: string | undefined): Promise<Connection | undefined> {
  try {
    return await libp2p.dial(multiaddr(address))
  } catch (error) {
    if (nameOf(error) !== 'TimeoutError') throw error
    return undefined
  }
}
