import { incomingConnection } from './incoming-connection.ts'
import type { AbortOptions, Connection, PeerId } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { ConnectionEvents } from './incoming-connection.ts'

type Connections = Pick<ConnectionManager, 'getConnections' | 'openConnection'>

export interface ConnectToPeerOptions extends AbortOptions {
  /** Where the peer may be, each ending in its peer id; besides what libp2p knows. */
  addresses?: Multiaddr[] | undefined
  /** Connections over which an attempt failed: they may be dead without knowing. */
  failed?: ReadonlySet<Connection>
  /** Where this node tells of its connections. */
  events: ConnectionEvents
  /** Asks the network where the peer is now. */
  lookUp: (options: AbortOptions) => Promise<Multiaddr[]>
}

/**
 * An open connection to the peer: a direct one before a relayed one, a known
 * good one before a new one. libp2p goes through all addresses of the peer, so
 * that a new one takes another relay when the first is gone. A peer that
 * connects by itself in the meantime is not dialled any longer.
 */
export async function connectToPeer(
  connections: Connections,
  peer: PeerId,
  options: ConnectToPeerOptions
): Promise<Connection> {
  const open = connections.getConnections(peer).filter(connection => connection.status === 'open')
  const best = bestConnection(open.filter(connection => options.failed?.has(connection) !== true))
  if (best !== undefined) return best
  // a dial does not look at connections again once it has begun, and may look for addresses until its signal ends
  using incoming = incomingConnection(options.events, peer)
  const needless = new AbortController()
  const signal = AbortSignal.any([needless.signal, ...(options.signal === undefined ? [] : [options.signal])])
  const came = incoming.opened.then(connection => {
    needless.abort()
    return connection
  })
  return await Promise.race([came, dial(connections, peer, { ...options, signal, force: open.length > 0 })])
}

interface DialOptions extends ConnectToPeerOptions {
  signal: AbortSignal
  force: boolean
}

async function dial(connections: Connections, peer: PeerId, options: DialOptions): Promise<Connection> {
  const { addresses = [], lookUp, signal, force } = options
  try {
    return await connections.openConnection(addresses.length === 0 ? peer : addresses, { signal, force })
  } catch (error) {
    signal.throwIfAborted()
    // a look-up with nobody to ask waits until there is somebody
    if (connections.getConnections().length === 0) throw error
    // what was given or remembered may be outdated: a relay that is gone, say. The first error says more
    const now = await lookUp({ signal })
    return await connections.openConnection(now.length === 0 ? peer : now, { signal, force }).catch(() => {
      throw error
    })
  }
}

type RankedConnection = Pick<Connection, 'direct' | 'timeline'>

/** Direct before relayed; of each kind the newest, which is the least likely to be dead. */
export function bestConnection<C extends RankedConnection>(connections: C[]): C | undefined {
  return connections.toSorted(byPreference)[0]
}

/** The order of {@link bestConnection}, for `sort`. */
export function byPreference(a: RankedConnection, b: RankedConnection): number {
  return Number(b.direct) - Number(a.direct) || b.timeline.open - a.timeline.open
}
