import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { SparedSeeds } from '../../src/libp2p/spared-seeds.ts'
import type { PeerId } from '@libp2p/interface'
import type { TrustLevel } from '@waystone/interface'

const newPeer = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

interface Setting {
  level?: TrustLevel
  connected?: boolean
  isSparing?: boolean
  waited?: number
  isOver?: boolean
}

async function setUp({
  level = 'trusted',
  connected = false,
  isSparing = true,
  waited = 0,
  isOver = false
}: Setting = {}) {
  const [asked, clock]: [string[], ManualClock] = [[], new ManualClock()]
  const connectionManager = {
    getConnections: () => (connected ? [{}] : []),
    openStream: async () => void asked.push('stream')
  }
  const ping = { ping: async () => asked.push('ping') }
  const trust = { levelOf: () => level, explain: () => ({ allow: level === 'trusted', reason: '' }) }
  // the parts of libp2p that are used
  const parts = { connectionManager, ping } as unknown as ConstructorParameters<typeof SparedSeeds>[0]
  const spared = new SparedSeeds(parts, { trust, clock, isSparing: () => isSparing })
  await clock.advance(waited)
  if (isOver) spared.end()
  return { asked, spared, peer: await newPeer() }
}

it.each<Setting>([{}, { waited: 59_999 }])('leaves a seed alone at the start: %o', async setting => {
  const { asked, spared, peer } = await setUp(setting)
  const refused = { name: 'SparedSeedError' }
  await expect(spared.connectionManager.openStream(peer, '/kad/1.0.0')).rejects.toMatchObject(refused)
  await expect(spared.ping.ping(peer)).rejects.toMatchObject(refused)
  await spared.ping.ping(multiaddr('/ip4/192.0.2.1/tcp/1'))
  expect(asked).toEqual(['ping'])
})

it.each<Setting>([{ level: 'none' }, { connected: true }, { isSparing: false }, { waited: 60_000 }, { isOver: true }])(
  'hands on what is asked otherwise: %o',
  async setting => {
    const { asked, spared, peer } = await setUp(setting)
    await spared.connectionManager.openStream(peer, '/kad/1.0.0')
    await spared.ping.ping(peer)
    expect(asked).toEqual(['stream', 'ping'])
  }
)
