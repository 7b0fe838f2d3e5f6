import { multiaddr } from '@multiformats/multiaddr'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { TypedEventEmitter } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { keepDiverse, MAX_PEERS_PER_NETWORK } from '../../src/dht/keep-diverse.ts'
import { LastAddresses } from '../../src/dht/last-addresses.ts'
import { NetworkCounts } from '../../src/dht/network-counts.ts'
import { peerNetworks } from '../../src/dht/peer-networks.ts'
import type { Connection, Libp2pEvents, PeerId } from '@libp2p/interface'
import type { DhtTable } from '../../src/dht/keep-diverse.ts'

const networks = (text: string, exemptPrivate = false): string[] => peerNetworks([multiaddr(text)], exemptPrivate)
const RELAYED = '/tcp/4001/p2p/12D3KooWGzBjWQb5FMpz1NTYkXvFmcQ2n2CqKcWqP6Xnk5bC8n1t/p2p-circuit'

describe('the networks of a peer', () => {
  it('are the /24 of IPv4 and the /48 of IPv6, in whatever clothes', () => {
    expect(networks('/ip4/5.6.7.7/tcp/1')).toEqual(networks('/ip4/5.6.7.250/udp/9/quic-v1'))
    expect(networks('/ip4/5.6.7.7/tcp/1')).not.toEqual(networks('/ip4/5.6.8.7/tcp/1'))
    expect(networks('/ip6/::ffff:5.6.7.9/tcp/1')).toEqual(networks('/ip4/5.6.7.7/tcp/1'))
    expect(networks('/ip6/2a01:db8:1:2::3/tcp/1')).toEqual(networks('/ip6/2a01:db8:1:ffff::1/tcp/1'))
    expect(networks('/ip6/2a01:db8:1::1/tcp/1')).not.toEqual(networks('/ip6/2a01:db8:2::1/tcp/1'))
  })

  it('are that of the relay for a peer behind it, and that of the owner for a name', () => {
    expect(networks(`/ip4/5.6.7.7${RELAYED}`)).toEqual(networks('/ip4/5.6.7.9/tcp/1'))
    expect(networks('/dns4/a.sybil.example/tcp/1')).toEqual(networks('/dns6/b.Sybil.example/tcp/2'))
    expect(networks('/memory/x')).toEqual(networks('/memory/y'))
  })

  it('are none on this machine and in local networks, where those are shared', () => {
    for (const local of ['/ip4/127.0.0.1/tcp/1', '/ip4/10.1.2.3/tcp/1', '/ip6/fd00::1/tcp/1', '/memory/x']) {
      expect(networks(local, true)).toEqual([])
      expect(networks(local)).toHaveLength(1)
    }
    expect(networks('/ip4/5.6.7.7/tcp/1', true)).toHaveLength(1)
  })
})

it('counts a peer once, in all of its networks or in none', () => {
  const counts = new NetworkCounts(2)
  expect([counts.take('a', ['x', 'y']), counts.take('a', ['x', 'y']), counts.take('b', ['x'])]).toEqual([
    true,
    true,
    true
  ])
  expect(counts.take('c', ['z', 'x'])).toBe(false)
  expect([counts.fits(['z']), counts.take('d', ['z']), counts.take('e', ['z'])]).toEqual([true, true, true])
  counts.release('a')
  counts.release('a')
  counts.release('nobody')
  expect([counts.take('c', ['x', 'y']), counts.fits(['x']), counts.size]).toEqual([true, false, 4])
})

/** A routing table that takes everybody, whose connections come from where the test says. */
class EveryonesTable extends EventTarget {
  readonly peers = new Set<string>()
  readonly pinged: string[] = []
  /** At which they are connected. */
  readonly addresses = new Map<string, string>()
  /** At which they are reached by a ping. */
  readonly reached = new Map<string, string>()
  readonly events = new TypedEventEmitter<Libp2pEvents>()
  /** Whether whoever was pinged leaves before it is taken. */
  leaves = false

  async add(peer: PeerId): Promise<void> {
    const address = this.reached.get(peer.toString())
    if (address !== undefined) this.addresses.set(peer.toString(), address)
    this.pinged.push(peer.toString())
    if (this.leaves) this.leave(peer)
    this.peers.add(peer.toString())
    this.dispatchEvent(new CustomEvent('peer:add', { detail: peer }))
  }

  async remove(peer: PeerId): Promise<void> {
    if (!this.peers.delete(peer.toString())) return
    this.dispatchEvent(new CustomEvent('peer:remove', { detail: peer }))
  }

  leave(peer: PeerId): void {
    for (const { remoteAddr } of this.connections(peer)) {
      const detail = { remotePeer: peer, remoteAddr } as Connection
      this.events.dispatchEvent(new CustomEvent('connection:close', { detail }))
    }
    this.addresses.delete(peer.toString())
  }

  connections(peer: PeerId): Connection[] {
    const address = this.addresses.get(peer.toString())
    // the one field of a connection that is looked at
    return address === undefined ? [] : [{ remoteAddr: multiaddr(address) } as Connection]
  }
}

describe('a table of the DHT', () => {
  async function setUp(trusted: string[] = []) {
    const table = new EveryonesTable()
    let refusals = 0
    keepDiverse(table as unknown as DhtTable, {
      connections: { getConnections: peer => (peer === undefined ? [] : table.connections(peer)) },
      last: new LastAddresses(table.events),
      exemptPrivate: true,
      isTrusted: peer => trusted.includes(peer.toString()),
      refused: { increment: () => void refusals++, reset: () => {} }
    })
    const join = async (address: string): Promise<PeerId> => {
      const peer = await newPeer()
      table.addresses.set(peer.toString(), address)
      await table.add(peer)
      return peer
    }
    return { table, join, refusals: () => refusals }
  }
  const newPeer = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const sybil = (index: number): string => `/ip4/5.6.7.${index}/tcp/4001`

  it('takes four of a hundred sybils of one network, pings no more, and keeps everybody else', async () => {
    const { table, join, refusals } = await setUp()
    const honest = [await join('/ip4/5.6.9.1/tcp/1'), await join('/ip6/2a01:db8::1/tcp/1')]
    for (let index = 0; index < 100; index++) await join(sybil(index))
    honest.push(await join('/ip4/5.7.7.1/tcp/1'))
    expect(table.peers.size).toBe(honest.length + MAX_PEERS_PER_NETWORK)
    expect(honest.every(peer => table.peers.has(peer.toString()))).toBe(true)
    expect([table.pinged.length, refusals()]).toEqual([honest.length + MAX_PEERS_PER_NETWORK, 96])
  })

  it('looks again once there is a connection: who was only named by others says nothing true of itself', async () => {
    const { table, refusals } = await setUp()
    for (let index = 0; index < 20; index++) {
      const peer = await newPeer()
      table.reached.set(peer.toString(), sybil(index))
      await table.add(peer)
    }
    expect([table.peers.size, refusals()]).toEqual([MAX_PEERS_PER_NETWORK, 20 - MAX_PEERS_PER_NETWORK])
  })

  it('counts those who leave right after the ping where they were, and takes nobody of whom that is not known', async () => {
    const { table, refusals } = await setUp()
    table.leaves = true
    for (let index = 0; index < 20; index++) {
      const peer = await newPeer()
      table.reached.set(peer.toString(), sybil(index))
      await table.add(peer)
    }
    expect([table.peers.size, refusals()]).toEqual([MAX_PEERS_PER_NETWORK, 20 - MAX_PEERS_PER_NETWORK])
    const unknown = await newPeer()
    await table.add(unknown)
    expect(table.peers.has(unknown.toString())).toBe(false)
    table.addresses.set(unknown.toString(), '/ip4/5.6.9.1/tcp/1')
    await table.add(unknown)
    expect(table.peers.has(unknown.toString())).toBe(true)
  })

  it('forgets where those were who left before a thousand others', async () => {
    const { table } = await setUp()
    const peer = await newPeer()
    const last = new LastAddresses(table.events)
    const leave = (someone: PeerId): void => {
      table.addresses.set(someone.toString(), sybil(1))
      table.leave(someone)
    }
    leave(peer)
    expect(last.of(peer).map(String)).toEqual([sybil(1)])
    for (let index = 0; index < 1_000; index++) leave({ toString: () => String(index) } as PeerId)
    expect(last.of(peer)).toEqual([])
  })

  it('has room again when one leaves, and for whom the trust database names from anywhere', async () => {
    const { table, join } = await setUp()
    const [first] = [await join(sybil(1)), await join(sybil(2)), await join(sybil(3)), await join(sybil(4))]
    await join(sybil(5))
    expect(table.peers.size).toBe(4)
    await table.remove(first)
    const next = await join(sybil(6))
    expect([table.peers.size, table.peers.has(next.toString())]).toEqual([4, true])
    await table.add(next)
    expect(table.peers.size).toBe(4)
  })

  it('takes all members of a cluster in one network', async () => {
    const cluster = await Promise.all(Array.from({ length: 16 }, newPeer))
    const { table } = await setUp(cluster.map(String))
    for (const [index, peer] of cluster.entries()) {
      table.addresses.set(peer.toString(), sybil(index))
      await table.add(peer)
    }
    expect(table.peers.size).toBe(16)
  })
})
