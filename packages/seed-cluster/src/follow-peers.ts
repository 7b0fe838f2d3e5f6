import type { Connection, PeerId } from '@libp2p/interface'
import type { ClusterMembership } from '@waystone/interface'
import type { SeedClusterEvents } from './contract.ts'
import type { Members } from './members.ts'
import type { Mesh } from './mesh.ts'

export interface FollowPeersInit {
  events: SeedClusterEvents
  membership: Pick<ClusterMembership, 'has'>
  members: Pick<Members, 'running'>
  /** Nothing while it loads. */
  mesh: () => Mesh | undefined
  /** Called when a member came or went. */
  onChange: () => void
}

/** Hears which members come and go. @returns what ends it */
export function followPeers({ events, membership, members, mesh, onChange }: FollowPeersInit): () => void {
  const tell = (peer: PeerId, what: 'connected' | 'disconnected'): void => {
    if (!membership.has(peer)) return
    members.running.saw(peer.toString())
    mesh()?.[what](peer)
    onChange()
  }
  const onConnect = ({ detail }: CustomEvent<PeerId>): void => tell(detail, 'connected')
  const onDisconnect = ({ detail }: CustomEvent<PeerId>): void => tell(detail, 'disconnected')
  const onClose = ({ detail }: CustomEvent<Connection>): void => mesh()?.closed(detail)
  events.addEventListener('peer:connect', onConnect)
  events.addEventListener('peer:disconnect', onDisconnect)
  events.addEventListener('connection:close', onClose)
  return () => {
    events.removeEventListener('peer:connect', onConnect)
    events.removeEventListener('peer:disconnect', onDisconnect)
    events.removeEventListener('connection:close', onClose)
  }
}
