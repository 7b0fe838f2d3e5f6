import { createDeadline } from '@waystone/kit'
import { closeLater } from './close-later.ts'
import { MAX_PROBED_ADDRESSES, PROBE_LINGER_MS, PROBE_TIMEOUT_MS } from './constants.ts'
import { networkOf } from './network.ts'
import { readPeerRecord, reachOf } from './peer-record.ts'
import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Parts } from './parts.ts'
import type { ReachedPeer } from './pool.ts'
import type { ProbeResult } from './metrics.ts'

export interface Probed {
  result: ProbeResult
  reached?: ReachedPeer
}

/**
 * Dials a connected peer back at an address of its signed record: only at the
 * IP that it is seen at, so that nobody has this node dial somebody else.
 */
export async function probe(parts: Parts, seen: Connection, signal: AbortSignal): Promise<Probed> {
  const { peerStore, private: isPrivate, clock } = parts
  const { remotePeer: peer, remoteAddr } = seen
  const { peerRecordEnvelope: record } = await peerStore.get(peer)
  const from = networkOf(remoteAddr)
  if (record === undefined || from === undefined) return { result: 'no_record' }
  const { addresses, networks } = reachOf(readPeerRecord(record).addresses, { private: isPrivate })
  const own = addresses.filter(address => networkOf(address)?.ip === from.ip)
  // what it says of another IP is not seen, and would be believed along with the rest
  if (own.length === 0 || networks.some(({ ip }) => ip.length === from.ip.length && ip !== from.ip)) {
    return { result: 'other_ip' }
  }
  if (!(await isReached(parts, { seen, addresses: own, signal }))) return { result: 'failed' }
  const reached = { id: peer.toString(), peer, record, networks, reachedAt: clock.monotonic() }
  return { result: 'reached', reached }
}

interface DialBack {
  seen: Connection
  addresses: readonly Multiaddr[]
  signal: AbortSignal
}

async function isReached(parts: Parts, { seen, addresses, signal }: DialBack): Promise<boolean> {
  const { connectionManager, clock } = parts
  const peer = seen.remotePeer
  // one that this node dialled has been reached
  if (connectionManager.getConnections(peer).some(isOwnDial)) return true
  const targets = addresses.slice(0, MAX_PROBED_ADDRESSES).map(one => one.encapsulate(`/p2p/${peer.toString()}`))
  using deadline = createDeadline({ ms: PROBE_TIMEOUT_MS, what: 'a dial back', signal, clock })
  const connection = await connectionManager
    .openConnection(targets, { force: true, signal: deadline.signal })
    .catch(() => undefined)
  if (connection === undefined) return false
  closeLater(parts, connection, { lingerMs: PROBE_LINGER_MS, signal })
  return connection.remotePeer.equals(peer)
}

function isOwnDial({ direction, limits, status }: Connection): boolean {
  return direction === 'outbound' && status === 'open' && limits === undefined
}
