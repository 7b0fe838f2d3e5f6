import type { Connection } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'

/**
 * Every connection. libp2p's own `getConnections()` copies all it has found
 * once more for each peer: milliseconds of the event loop at 2,000 peers, and
 * a hundred times as long at ten times as many.
 */
export function allConnections(connectionManager: Pick<ConnectionManager, 'getConnectionsMap'>): Connection[] {
  return [...connectionManager.getConnectionsMap().values()].flat()
}
