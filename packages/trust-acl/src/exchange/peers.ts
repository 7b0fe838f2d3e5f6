import { TrustExchangeService } from '@waystone/wire/trust'
import { rpcServiceProtocol } from '@waystone/wire'
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
const PROTOCOL = rpcServiceProtocol(TrustExchangeService.typeName)

/** The connected peers that serve the exchange: those trusted most first, so many at most, no blocked ones. */
export async function exchangePeers(parts: ExchangePeersParts): Promise<PeerId[]> {
  const connections = parts.connectionManager.getConnections().filter(({ status }) => status === 'open')
  const peers = new Map(connections.map(({ remotePeer }) => [remotePeer.toString(), remotePeer]))
  const ranked = [...peers.values()]
    .map(peer => ({ peer, rank: ORDER.indexOf(parts.trust.levelOf(peer)) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank)
  const serving: PeerId[] = []
  for (const { peer } of ranked) {
    if (serving.length >= MAX_ASKED_PEERS) break
    if (await serves(parts, peer)) serving.push(peer)
  }
  return serving
}

async function serves({ peerStore }: ExchangePeersParts, peer: PeerId): Promise<boolean> {
  // a peer that left in the meantime is not in the store
  const known = await peerStore.get(peer).catch(() => undefined)
  return known?.protocols.includes(PROTOCOL) ?? false
}
