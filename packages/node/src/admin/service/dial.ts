import { describeConnection } from './connections.ts'
import { namedPeer } from './errors.ts'
import { reach } from './reach.ts'
import type { Connection } from '@libp2p/interface'
import type { AdminCalls, AdminContext } from './contract.ts'

/** Keeps a connection that the operator wants when there are too many; more than any service's own tag. */
const OPERATOR_TAG = { name: 'waystone-operator', value: 100 }

/** `Connect`, `Disconnect` */
export function dialCalls(context: AdminContext): AdminCalls {
  const { peerId, peerStore, connectionManager } = context.components
  return {
    connect: async (request, { signal }) => {
      const named = namedPeer(request.peer, peerId)
      const connection = await reach(context, named, signal)
      const { name, value } = OPERATOR_TAG
      await peerStore.merge(named.peer, { tags: { [name]: { value } } }, { signal })
      return { connection: describeConnection(connection, context.bytes.of(connection)) }
    },
    disconnect: async (request, { signal }) => {
      const { peer } = namedPeer(request.peer, peerId)
      const open = connectionManager.getConnections(peer).filter(({ status }) => status === 'open')
      if (open.length > 0) await peerStore.merge(peer, { tags: { [OPERATOR_TAG.name]: undefined } }, { signal })
      await Promise.all(open.map(async connection => await end(connection, signal)))
      return { closed: open.length }
    }
  }
}

/** A connection that does not close in order is cut. */
async function end(connection: Connection, signal: AbortSignal): Promise<void> {
  try {
    await connection.close({ signal })
  } catch (cause) {
    connection.abort(new Error('the operator closed it', { cause }))
  }
}
