import { FakeResolver } from './sources/fake-resolver.ts'
import { ALL } from './trust-double.ts'
import type { PeerId } from '@libp2p/interface'
import type { Libp2p } from 'libp2p'
import type { PeerFeed, SeedDiscovery } from '@waystone/seed-discovery'

export type Seeding = Libp2p<{ seedDiscovery: SeedDiscovery }>

export const NAME = 'seeds.example.org'
export const portOf = (node: Libp2p): number => Number(node.getMultiaddrs()[0]?.getComponents()[1]?.value)
export const member = (node: Libp2p, functions: readonly string[] = ALL) => ({ peer: node.peerId, functions })
export const isConnected = (node: Libp2p, other: Libp2p): boolean => node.getConnections(other.peerId).length > 0
export const rowOf = (node: Seeding, source: string) =>
  node.services.seedDiscovery.sources().find(row => row.source === source)

/** A name server for one host name that stands for these ports of loopback. */
export function nameFor(...ports: number[]): FakeResolver {
  const fake = new FakeResolver({})
  name(fake, ...ports)
  return fake
}

export function name(fake: FakeResolver, ...ports: number[]): void {
  const srv = ports.map(port => ({ name: 'host.example.org', port, priority: 0, weight: 0 }))
  fake.zone = { srv: { [`_waystone._tcp.${NAME}`]: srv }, ip4: { 'host.example.org': ['127.0.0.1'] }, ttl: 1 }
}

export const by = (fake: FakeResolver) => ({ names: [NAME], resolver: () => fake, intervalMs: 1_000 })

/** Tells of peers when a test wants it to. */
export function manualFeed(): { feed: PeerFeed; tell: (peer: PeerId, ...addresses: string[]) => void } {
  const listeners = new Set<(peer: PeerId, addresses: readonly string[]) => void>()
  const feed: PeerFeed = listener => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return { feed, tell: (peer, ...addresses) => listeners.forEach(listener => listener(peer, addresses)) }
}
