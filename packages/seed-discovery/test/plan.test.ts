import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { planNodes } from '../src/plan.ts'
import type { PeerId } from '@libp2p/interface'
import type { TrustedNode } from '@waystone/interface'

const newPeer = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
const newPeers = async (length: number): Promise<PeerId[]> => Promise.all(Array.from({ length }, newPeer))
const node = (peer: PeerId, over: Partial<TrustedNode> = {}): TrustedNode => {
  return { id: peer.toString(), peer, label: 'node', level: 'advanced', addresses: [], strict: false, ...over }
}
const ids = (nodes: { peerId: PeerId }[]): string[] => nodes.map(({ peerId }) => peerId.toString())

describe('the plan of whom to keep', () => {
  it('holds 16 of 10,000 known nodes, the same ones every time, and others at another node', async () => {
    const [self, other, ...peers] = await newPeers(300)
    if (self === undefined || other === undefined) throw new Error('no peers')
    const hold = Array.from({ length: 10_000 }, (_, index) => node(peers[index % peers.length] ?? self))
    const plan = (at: PeerId, list: TrustedNode[]) =>
      ids(planNodes({ self: at, configured: [], connect: [], hold: list }))
    expect(plan(self, hold)).toHaveLength(16)
    expect(plan(self, hold.toReversed()).toSorted()).toEqual(plan(self, hold).toSorted())
    expect(plan(other, hold).toSorted()).not.toEqual(plan(self, hold).toSorted())
  })

  it('changes little when one node comes or goes', async () => {
    const [self, ...peers] = await newPeers(100)
    if (self === undefined) throw new Error('no peers')
    const all = peers.map(peer => node(peer))
    const before = ids(planNodes({ self, configured: [], connect: [], hold: all }))
    const after = ids(planNodes({ self, configured: [], connect: [], hold: all.slice(1) }))
    expect(after.filter(id => before.includes(id)).length).toBeGreaterThanOrEqual(15)
  })

  it('takes every configured seed first, then the highest level', async () => {
    const [self, ...peers] = await newPeers(61)
    if (self === undefined) throw new Error('no peers')
    const configured = peers.slice(0, 20).map(peerId => ({ peerId, addresses: [multiaddr('/ip4/192.0.2.1/tcp/1')] }))
    const own = node(peers[40] ?? self, { level: 'ultimate' })
    const hold = [own, ...peers.filter(peer => peer !== own.peer).map(peer => node(peer)), node(self)]
    const plan = planNodes({ self, configured, connect: hold.slice(0, 5), hold })
    expect(ids(plan).slice(0, 20)).toEqual(ids(configured))
    expect(ids(plan)[20]).toBe(own.peer.toString())
    expect(plan).toHaveLength(36)
  })

  it('puts addresses of config and trust file together, but not those beside strict ones', async () => {
    const [self, peer] = await newPeers(2)
    if (self === undefined || peer === undefined) throw new Error('no peers')
    const configured = [{ peerId: peer, addresses: [multiaddr(`/ip4/192.0.2.1/tcp/1/p2p/${peer.toString()}`)] }]
    const given = { addresses: ['/ip4/192.0.2.2/tcp/2', '/p2p-circuit'] }
    const plan = (strict: boolean) => {
      const hold = [node(peer, { ...given, strict })]
      return planNodes({ self, configured, connect: [], hold })[0]?.addresses.map(String)
    }
    expect(plan(false)).toEqual([
      `/ip4/192.0.2.1/tcp/1/p2p/${peer.toString()}`,
      `/ip4/192.0.2.2/tcp/2/p2p/${peer.toString()}`
    ])
    expect(plan(true)).toEqual([`/ip4/192.0.2.2/tcp/2/p2p/${peer.toString()}`])
  })
})
