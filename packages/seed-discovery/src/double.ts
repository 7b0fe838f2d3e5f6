import { TWO_WAYS_MS } from './candidates/constants.ts'
import { closeUnused } from './let-go.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Clock } from '@waystone/interface'

export interface DoubleInit {
  self: PeerId
  connectionManager: Pick<ConnectionManager, 'getConnections'>
  clock: Clock
  signal: AbortSignal
}

/**
 * When both sides have dialled in the same moment both keep the same connection: that of the lower id. The other one
 * is closed by who opened it, and only while nobody works over it.
 */
export async function closeDouble(connection: Connection, init: DoubleInit): Promise<void> {
  const { clock, signal } = init
  if (connection.direction !== 'outbound' || isLower(init.self, connection.remotePeer)) return
  await clock.sleep(TWO_WAYS_MS, { signal }).catch(() => undefined)
  await closeUnused(connection, { clock, signal, isNeeded: () => !isDialled(connection.remotePeer, init) })
}

function isDialled(peer: PeerId, { connectionManager }: DoubleInit): boolean {
  const others = connectionManager.getConnections(peer)
  return others.some(
    ({ direction, status, limits }) => direction === 'inbound' && status === 'open' && limits === undefined
  )
}

function isLower(one: PeerId, other: PeerId): boolean {
  return one.toString() < other.toString()
}
