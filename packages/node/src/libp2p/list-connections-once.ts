import type { ConnectionManager } from '@libp2p/interface-internal'

/**
 * Makes listing all connections cost as much as there are: libp2p (3.3.11)
 * copies what it has found so far once more for each peer. That is milliseconds
 * of the event loop at 2,000 peers, and a hundred times as long at ten times as
 * many, whenever anything looks through them.
 */
export function listConnectionsOnce(connectionManager: ConnectionManager): void {
  const of = connectionManager.getConnections.bind(connectionManager)
  connectionManager.getConnections = peer =>
    peer === undefined ? [...connectionManager.getConnectionsMap().values()].flat() : of(peer)
}
