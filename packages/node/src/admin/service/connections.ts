import { pathOf } from '@waystone/kit'
import { Direction, Path } from '@waystone/wire/admin'
import { namedPeer } from './errors.ts'
import { smallPage } from './pages.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Connection, Stream } from '@libp2p/interface'
import type { ConnectionSchema } from '@waystone/wire/admin'
import type { Traffic } from '../../libp2p/byte-counts.ts'
import type { AdminCalls, AdminContext } from './contract.ts'

type ConnectionInfo = MessageInitShape<typeof ConnectionSchema>

/** A page of connections with as many streams each stays below 1 MiB, in JSON too. */
const MAX_CONNECTIONS = 50
const MAX_STREAMS = 64
/** Characters of a protocol's id that are kept; those of plugins may have any length. */
const MAX_PROTOCOL = 128

/** `ListConnections` */
export function connectionCalls({ components, bytes }: AdminContext): AdminCalls {
  const { connectionManager, peerId, rpc } = components
  return {
    listConnections: ({ peer, page }) => {
      const of = peer === '' ? undefined : namedPeer(peer, peerId).peer
      const list = `connections ${of?.toString() ?? ''}`
      const query = { list, page, max: MAX_CONNECTIONS, keyOf: (row: Connection) => row.id }
      const open = connectionManager.getConnections(of)
      const cut = smallPage(rpc.cursors, open, query)
      return { connections: cut.rows.map(row => describeConnection(row, bytes.of(row))), page: cut.page }
    }
  }
}

/** One connection as the operator sees it. */
export function describeConnection(connection: Connection, traffic: Traffic): ConnectionInfo {
  const { id, remotePeer, remoteAddr, direction, encryption, multiplexer, timeline, rtt } = connection
  const route = pathOf(connection)
  return {
    id,
    peer: remotePeer.toString(),
    remoteAddress: remoteAddr.toString(),
    transport: route.transport,
    encrypter: encryption ?? 'native',
    muxer: multiplexer ?? '',
    direction: directionOf(direction),
    path: route.path === 'direct' ? Path.DIRECT : Path.RELAYED,
    relay: route.via ?? '',
    ...describeLimits(connection),
    openedAtMs: BigInt(Math.round(timeline.open)),
    streams: connection.streams.slice(0, MAX_STREAMS).map(describeStream),
    bytesReceived: BigInt(traffic.received),
    bytesSent: BigInt(traffic.sent),
    ...(rtt !== undefined && { roundTripMs: Math.max(0, Math.round(rtt)) })
  }
}

function describeLimits({ limits }: Connection): Pick<ConnectionInfo, 'limitBytes' | 'limitSeconds'> {
  return {
    ...(limits?.bytes !== undefined && { limitBytes: limits.bytes }),
    ...(limits?.seconds !== undefined && { limitSeconds: BigInt(Math.round(limits.seconds)) })
  }
}

function describeStream({ id, protocol, direction }: Stream): { id: string; protocol: string; direction: Direction } {
  return { id, protocol: protocol.slice(0, MAX_PROTOCOL), direction: directionOf(direction) }
}

function directionOf(direction: Connection['direction']): Direction {
  return direction === 'inbound' ? Direction.INBOUND : Direction.OUTBOUND
}
