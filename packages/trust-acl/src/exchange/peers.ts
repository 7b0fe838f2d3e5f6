import { rpcServiceProtocol, SERVICE_NAMES } from '@waystone/wire'
import { MAX_ASKED_PEERS } from '../ipns/constants.ts'
import type { PeerId, PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { NodeTrust, TrustLevel } from '@waystone/interface'

export interface ExchangePeersParts {
  connectionManager: Pick<ConnectionManager, 'getConnections'>
  peerStore: Pick<PeerStore, 'get'>
  trust: Pick<NodeTrust, 'levelOf'>
}

const ORDER: readonly TrustLevel[] = ['ultimate', 'advanced', 'trusted', 'marginal', 'peer', 'none']
const EXCHANGE = rpcServiceProtocol(SERVICE_NAMES.trustExchange)
/** https://specs.ipfs.tech/bitswap-protocol/ */
const BITSWAP = '/ipfs/bitswap/1.2.0'

/** The connected peers that serve the exchange: those trusted most first, so many at most, no blocked ones. */
export async function exchangePeers(parts: ExchangePeersParts): Promise<PeerId[]> {
  return await servingPeers(parts, protocols => protocols.includes(EXCHANGE))
}

/**
 * The connected peers that may have a file over bitswap. Every other one is
 * none of Waystone, such as the kubo that the file was added to: those have no
 * other way, and a fetch asks but a few.
 */
export async function bitswapPeers(parts: ExchangePeersParts): Promise<PeerId[]> {
  const own = await servingPeers(parts, all => all.includes(BITSWAP) && all.includes(EXCHANGE))
  const others = await servingPeers(parts, all => all.includes(BITSWAP) && !all.includes(EXCHANGE))
  const rows = Array.from({ length: Math.max(own.length, others.length) }, (_, row) => [others[row], own[row]])
  return rows.flat().filter(peer => peer !== undefined)
}

type Serving = (protocols: readonly string[]) => boolean

async function servingPeers(parts: ExchangePeersParts, serving: Serving): Promise<PeerId[]> {
  const connections = parts.connectionManager.getConnections().filter(({ status }) => status === 'open')
  const peers = new Map(connections.map(({ remotePeer }) => [remotePeer.toString(), remotePeer]))
  const ranked = [...peers.values()]
    .map(peer => ({ peer, rank: ORDER.indexOf(parts.trust.levelOf(peer)) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank)
  const found: PeerId[] = []
  for (const { peer } of ranked) {
    if (found.length >= MAX_ASKED_PEERS) break
    if (serving(await protocolsOf(parts, peer))) found.push(peer)
  }
  return found
}

async function protocolsOf({ peerStore }: ExchangePeersParts, peer: PeerId): Promise<readonly string[]> {
  // a peer that left in the meantime is not in the store
  const known = await peerStore.get(peer).catch(() => undefined)
  return known?.protocols ?? []
}
