import { NetworkCounts } from './network-counts.ts'
import { peerNetworks } from './peer-networks.ts'
import type { AbortOptions, Counter, PeerId } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { LastAddresses } from './last-addresses.ts'

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
  last: Pick<LastAddresses, 'of'>
  /** Whether this machine and local networks count as no network. */
  exemptPrivate: boolean
  /** Whom the trust database names for it is welcome from anywhere. */
  isTrusted: (peer: PeerId) => boolean
  refused?: Counter | undefined
}

/**
 * Keeps a routing table of the DHT spread over networks. Who is in stays: those
 * who come later from a network that has enough are not taken. kad-dht pings a
 * peer before it is taken, so that it was connected: the address of that counts,
 * also when it has left since. Who was connected at none that is known may come again.
 */
export function keepDiverse(table: DhtTable, init: KeepDiverseInit): void {
  const { isTrusted, refused } = init
  const counts = new NetworkCounts(MAX_PEERS_PER_NETWORK)
  const add = table.add.bind(table)
  table.add = async (peer, options) => {
    const networks = isTrusted(peer) ? [] : networksNow(peer, init)
    if (!counts.has(peer.toString()) && !counts.fits(networks)) return refused?.increment()
    await add(peer, options)
  }
  table.addEventListener('peer:add', ({ detail: peer }) => {
    const networks = isTrusted(peer) ? [] : networksLately(peer, init)
    if (networks !== undefined && counts.take(peer.toString(), networks)) return
    refused?.increment()
    // it is not in the counts, so that its leaving changes none
    table.remove(peer).catch(() => {})
  })
  table.addEventListener('peer:remove', ({ detail: peer }) => counts.release(peer.toString()))
}

function networksNow(peer: PeerId, { connections, exemptPrivate }: KeepDiverseInit): string[] {
  const addresses = connections.getConnections(peer).map(({ remoteAddr }) => remoteAddr)
  return peerNetworks(addresses, exemptPrivate)
}

/** What a peer says of itself could be anything, and is not asked. Nothing where it is not known. */
function networksLately(peer: PeerId, init: KeepDiverseInit): string[] | undefined {
  if (init.connections.getConnections(peer).length > 0) return networksNow(peer, init)
  const last = init.last.of(peer)
  return last.length === 0 ? undefined : peerNetworks(last, init.exemptPrivate)
}
