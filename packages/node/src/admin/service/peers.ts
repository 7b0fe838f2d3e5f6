import { smallPage } from './pages.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Peer } from '@libp2p/interface'
import type { PeerSchema } from '@waystone/wire/admin'
import type { AdminCalls, AdminComponents, AdminContext } from './contract.ts'

type PeerInfo = MessageInitShape<typeof PeerSchema>

/** A page of peers with 64 addresses each, and what identify allows of protocols, stays below 1 MiB. */
const MAX_PEERS = 50
/** Characters of what a peer says of itself that are kept. */
const MAX_TEXT = 256
const MAX_LIST = 64

/** `ListPeers` */
export function peerCalls({ components }: AdminContext): AdminCalls {
  return {
    listPeers: async ({ page, connectedOnly }) => {
      const connected = new Set(
        components.connectionManager.getConnections().map(({ remotePeer }) => remotePeer.toString())
      )
      const peers = await components.peerStore.all()
      const shown = peers.filter(({ id }) => isShown(id.toString(), connectedOnly, { connected, components }))
      const list = `peers ${connectedOnly ? 'connected' : 'all'}`
      const query = { list, page, max: MAX_PEERS, keyOf: ({ id }: Peer) => id.toString() }
      const cut = smallPage(components.rpc.cursors, shown, query)
      return { peers: cut.rows.map(peer => describePeer(peer, connected)), page: cut.page }
    }
  }
}

interface Shown {
  connected: ReadonlySet<string>
  components: AdminComponents
}

/** The peer store knows the node itself too. */
function isShown(id: string, connectedOnly: boolean, { connected, components }: Shown): boolean {
  return id !== components.peerId.toString() && (!connectedOnly || connected.has(id))
}

/** What is known of a peer; most of it is what the peer says. */
export function describePeer(peer: Peer, connected: ReadonlySet<string>): PeerInfo {
  const id = peer.id.toString()
  const agent = peer.metadata.get('AgentVersion')
  return {
    id,
    addresses: peer.addresses.slice(0, MAX_LIST).map(({ multiaddr }) => multiaddr.toString().slice(0, MAX_TEXT)),
    protocols: peer.protocols.slice(0, 2 * MAX_LIST).map(protocol => protocol.slice(0, MAX_TEXT)),
    tags: [...peer.tags.keys()].slice(0, MAX_LIST),
    agent: agent === undefined ? '' : new TextDecoder().decode(agent.subarray(0, MAX_TEXT)),
    connected: connected.has(id)
  }
}
