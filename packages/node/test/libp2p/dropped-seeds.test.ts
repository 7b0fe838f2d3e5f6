import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { DroppedSeeds } from '../../src/libp2p/dropped-seeds.ts'
import type { PeerId } from '@libp2p/interface'
import type { DroppedSeedsComponents } from '../../src/libp2p/dropped-seeds.ts'
import type { TrustLevel } from '@waystone/interface'

const newPeer = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

interface Setting {
  tags?: string[]
  connected?: boolean
  level?: TrustLevel
}

function setUp({ tags = ['dropped-seed'], connected = false, level = 'none' }: Setting = {}) {
  const asked: string[] = []
  const connectionManager = {
    getConnections: () => (connected ? [{}] : []),
    openStream: async () => void asked.push('stream'),
    closeConnections: async () => void asked.push('close')
  }
  const ping = { ping: async () => asked.push('ping') }
  const peerStore = { get: async () => ({ tags: new Map(tags.map(name => [name, {}])) }) }
  // the parts of libp2p that are used
  const components = { connectionManager, ping, peerStore } as unknown as DroppedSeedsComponents
  return { asked, dropped: new DroppedSeeds(components, { tag: 'dropped-seed', trust: { levelOf: () => level } }) }
}

it('dials no peer with the tag, neither for a stream nor to look whether it is there', async () => {
  const { asked, dropped } = setUp()
  const peer = await newPeer()
  const refused = { name: 'DroppedSeedError' }
  await expect(dropped.connectionManager.openStream(peer, '/kad/1.0.0')).rejects.toMatchObject(refused)
  await expect(dropped.ping.ping(peer)).rejects.toMatchObject(refused)
  expect(asked).toEqual([])
})

it.each<Setting>([{ connected: true }, { level: 'peer' }, { level: 'advanced' }, { tags: ['kad-peer'] }, { tags: [] }])(
  'hands on what is asked for other peers: %o',
  async setting => {
    const { asked, dropped } = setUp(setting)
    const peer = await newPeer()
    await dropped.connectionManager.openStream(peer, '/kad/1.0.0')
    await dropped.ping.ping(peer)
    await dropped.connectionManager.closeConnections(peer)
    expect(asked).toEqual(['stream', 'ping', 'close'])
  }
)

it('hands on addresses, which no DHT asks for', async () => {
  const { asked, dropped } = setUp()
  await dropped.ping.ping(multiaddr('/ip4/192.0.2.1/tcp/1'))
  expect(asked).toEqual(['ping'])
})
