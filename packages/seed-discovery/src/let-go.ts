import { KEEP_ALIVE } from '@libp2p/interface'
import { createDeadline } from '@waystone/kit'
import { CLOSE_TIMEOUT_MS, OWN_TAG_PREFIX, SEED_TAG } from './constants.ts'
import type { Connection, Peer, PeerId, PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Clock } from '@waystone/interface'

export interface LetGoInit {
  connectionManager: ConnectionManager
  peerStore: PeerStore
  clock: Clock
  /** Close what this node opened, unless another service keeps it. */
  disconnect: boolean
}

/** Makes a peer nobody's seed. Connections that the peer opened are its own to keep. */
export async function letGo(peerId: PeerId, init: LetGoInit): Promise<void> {
  const peer = await init.peerStore.merge(peerId, { tags: { [SEED_TAG]: undefined } })
  if (!init.disconnect || isKeptByOthers(peer)) return
  const connections = init.connectionManager.getConnections(peerId)
  const opened = connections.filter(({ direction }) => direction === 'outbound')
  await Promise.all(opened.map(async connection => close(connection, init.clock)))
}

function isKeptByOthers({ tags }: Peer): boolean {
  return [...tags.keys()].some(tag => tag.startsWith(OWN_TAG_PREFIX) || tag.startsWith(KEEP_ALIVE))
}

async function close(connection: Connection, clock: Clock): Promise<void> {
  using deadline = createDeadline({ ms: CLOSE_TIMEOUT_MS, what: 'closing a connection', clock })
  try {
    await connection.close({ signal: deadline.signal })
  } catch (error) {
    connection.abort(error instanceof Error ? error : new Error('it does not close'))
  }
}
