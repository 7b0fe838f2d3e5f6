import { NetworkCounts } from './network-counts.ts'
import { peerNetworks } from './peer-networks.ts'
import type { AbortOptions, Counter, PeerId } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'

/**
 * Peers of one /24 of IPv4 or one /48 of IPv6 among those that the DHT asks and
 * names to others. A bucket holds 20: those who rent one small network cannot
 * fill even the smallest table.
 */
export const MAX_PEERS_PER_NETWORK = 4

/** What is used of kad-dht's routing table (16.4.5); its types do not name all of it. */
export interface DhtTable {
  add(peer: PeerId, options?: AbortOptions): Promise<void>
  remove(peer: PeerId, options?: AbortOptions): Promise<void>
  addEventListener(type: 'peer:add' | 'peer:remove', listener: (event: CustomEvent<PeerId>) => void): void
}

export interface KeepDiverseInit {
  connections: Pick<ConnectionManager, 'getConnections'>
  /** Whether this machine and local networks count as no network. */
  exemptPrivate: boolean
  /** Whom the trust database names for it is welcome from anywhere. */
  isTrusted: (peer: PeerId) => boolean
  refused?: Counter | undefined
}

/**
 * Keeps a routing table of the DHT spread over networks. Who is in stays: those
 * who come later from a network that has enough are not taken. kad-dht pings a
 * peer before it is taken, so that there is a connection, whose address counts.
 */
export function keepDiverse(
  table: DhtTable,
  { connections, exemptPrivate, isTrusted, refused }: KeepDiverseInit
): void {
  const counts = new NetworkCounts(MAX_PEERS_PER_NETWORK)
  const networksOf = (peer: PeerId): string[] => {
    if (isTrusted(peer)) return []
    const addresses = connections.getConnections(peer).map(({ remoteAddr }) => remoteAddr)
    return peerNetworks(addresses, exemptPrivate)
  }
  const add = table.add.bind(table)
  table.add = async (peer, options) => {
    if (!counts.has(peer.toString()) && !counts.fits(networksOf(peer))) return refused?.increment()
    await add(peer, options)
  }
  table.addEventListener('peer:add', ({ detail: peer }) => {
    if (counts.take(peer.toString(), networksOf(peer))) return
    refused?.increment()
    // it is not in the counts, so that its leaving changes none
    table.remove(peer).catch(() => {})
  })
  table.addEventListener('peer:remove', ({ detail: peer }) => counts.release(peer.toString()))
}
