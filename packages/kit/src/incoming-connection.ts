import type { Connection, Libp2pEvents, PeerId, TypedEventTarget } from '@libp2p/interface'

/** Where a libp2p node tells of its connections. */
export type ConnectionEvents = Pick<TypedEventTarget<Libp2pEvents>, 'addEventListener' | 'removeEventListener'>

export interface IncomingConnection extends Disposable {
  /** Never rejects; pending for as long as the peer does not come. */
  opened: Promise<Connection>
}

/** The next connection that a peer opens to this node by itself. Dispose of it to stop listening. */
export function incomingConnection(events: ConnectionEvents, peer: PeerId): IncomingConnection {
  const { promise: opened, resolve } = Promise.withResolvers<Connection>()
  const onOpen = ({ detail }: CustomEvent<Connection>): void => {
    const { direction, status, remotePeer } = detail
    if (direction === 'inbound' && status === 'open' && remotePeer.equals(peer)) resolve(detail)
  }
  events.addEventListener('connection:open', onOpen)
  return { opened, [Symbol.dispose]: () => events.removeEventListener('connection:open', onOpen) }
}
