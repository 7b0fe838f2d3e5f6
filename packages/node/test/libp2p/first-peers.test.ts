import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { FirstPeers } from '../../src/libp2p/first-peers.ts'
import type { Connection, Peer, PeerId, Topology } from '@libp2p/interface'
import type { FirstPeersComponents, FirstPeersInit } from '../../src/libp2p/first-peers.ts'

const newPeer = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
// the one field of a connection that is looked at
const connection = (status = 'open') => ({ status }) as Connection

describe('the first peers of the DHT', () => {
  let good: PeerId
  let stranger: PeerId
  let told: string[]
  beforeEach(async () => {
    ;[good, stranger] = [await newPeer(), await newPeer()]
    told = []
  })

  async function setUp(isAnyoneKnown = true, more: Partial<FirstPeersInit> = {}) {
    const clock = new ManualClock()
    const events = new EventTarget()
    const registered: Topology[] = []
    const ids: string[] = []
    const registrar = {
      register: async (_protocol: string, topology: Topology) => {
        registered.push(topology)
        return 'id'
      },
      unregister: (id: string) => void ids.push(id),
      getProtocols: () => ['/x']
    }
    const stored = [good, stranger].map(id => ({ id }) as Peer)
    const peerStore = {
      all: async (query?: { filters?: ((peer: Peer) => boolean)[]; limit?: number }) =>
        stored.filter(peer => (query?.filters ?? []).every(filter => filter(peer))).slice(0, query?.limit)
    }
    const trust = {
      explain: ({ peer }: { peer: PeerId }) => ({ allow: peer.equals(good), reason: '' }),
      nodes: () =>
        isAnyoneKnown
          ? [{ id: good.toString(), peer: good, label: '', level: 'trusted' as const, addresses: [], strict: false }]
          : []
    }
    // the parts of libp2p that are used
    const components = { events, registrar, peerStore } as unknown as FirstPeersComponents
    const first = new FirstPeers(components, { trust, clock, ...more })
    await first.registrar.register('/kad', { onConnect: peer => void told.push(peer.toString()) })
    const [topology] = registered
    const connect = (peer: PeerId, over?: Connection) => void topology?.onConnect?.(peer, over ?? connection())
    return { first, clock, events, connect, ids }
  }

  it('are those with use-for-bootstrap; others come after the first look around', async () => {
    const { connect, events, clock } = await setUp()
    connect(stranger)
    connect(good)
    expect(told).toEqual([good.toString()])
    events.dispatchEvent(new Event('kad-dht:query:self'))
    expect(told).toEqual([good, stranger].map(String))
    expect(clock.pending).toBe(0)
  })

  it('are anybody after five seconds, but nobody who has left', async () => {
    const { connect, clock } = await setUp()
    connect(stranger)
    connect(await newPeer(), connection('closed'))
    await clock.advance(4_999)
    expect(told).toEqual([])
    await clock.advance(1)
    expect(told).toEqual([stranger.toString()])
    connect(await newPeer())
    expect(told).toHaveLength(2)
  })

  it('are anybody where nobody is known who has the function', async () => {
    const { connect, clock } = await setUp(false)
    connect(stranger)
    expect([told, clock.pending]).toEqual([[stranger.toString()], 0])
  })

  it('are also those that were good before, and no spared seeds', async () => {
    const more = { isGood: (peer: PeerId) => peer.equals(stranger), isSpared: (peer: PeerId) => peer.equals(good) }
    const { connect, first } = await setUp(true, more)
    expect((await first.peerStore.all()).map(({ id }) => id)).toEqual([stranger])
    // one that is connected all the same is asked
    connect(stranger)
    connect(good)
    expect(told).toEqual([stranger, good].map(String))
  })

  it('are remembered only with the function', async () => {
    const { first } = await setUp()
    expect((await first.peerStore.all({ limit: 1 })).map(({ id }) => id)).toEqual([good])
    expect(await first.peerStore.all({ filters: [({ id }) => !id.equals(good)] })).toEqual([])
    expect(first.registrar.getProtocols()).toEqual(['/x'])
  })

  it('leave no timer behind when the DHT stops', async () => {
    const { first, clock, ids } = await setUp()
    first.registrar.unregister('id')
    expect([clock.pending, ids]).toEqual([0, ['id']])
  })
})
