import { DirectionSchema, PathSchema } from '@waystone/wire/admin'
import { enumName } from '../api/plain-message.ts'
import { formatBytes, formatDuration } from '../format.ts'
import { textTable } from '../text-table.ts'
import { shorten } from '../up/table.ts'
import type { Connection } from '@waystone/wire/admin'
import type { TextColumn } from '../text-table.ts'

/** What `waystone connections` says, as lines. */
export function renderConnections(connections: readonly Connection[], nowMs: number): string[] {
  return connections.length === 0 ? ['no connections'] : textTable(columnsAt(nowMs), connections)
}

function columnsAt(nowMs: number): TextColumn<Connection>[] {
  return [
    { heading: 'peer id', cell: ({ peer }) => peer },
    { heading: 'path', cell: pathCell },
    { heading: 'transport', cell: ({ transport }) => transport },
    { heading: 'encrypter', cell: ({ encrypter }) => nameIn(encrypter) },
    { heading: 'muxer', cell: ({ muxer }) => nameIn(muxer) },
    { heading: 'direction', cell: ({ direction }) => enumName(DirectionSchema, direction) },
    { heading: 'age', cell: ({ openedAtMs }) => formatDuration(nowMs - Number(openedAtMs)), right: true },
    { heading: 'rtt', cell: ({ roundTripMs }) => (roundTripMs === undefined ? '-' : `${roundTripMs} ms`), right: true },
    { heading: 'streams', cell: ({ streams }) => String(streams.length), right: true },
    { heading: 'received', cell: ({ bytesReceived }) => formatBytes(Number(bytesReceived)), right: true },
    { heading: 'sent', cell: ({ bytesSent }) => formatBytes(Number(bytesSent)), right: true },
    { heading: 'address', cell: ({ remoteAddress }) => remoteAddress }
  ]
}

/** `direct`, or `relayed` and through which relay. */
export function pathCell({ path, relay }: Pick<Connection, 'path' | 'relay'>): string {
  const name = enumName(PathSchema, path) || '-'
  return relay === '' ? name : `${name} via ${shorten(relay)}`
}

/** `/yamux/1.0.0` is yamux, `/noise` is noise. */
function nameIn(protocol: string): string {
  return protocol.split('/').find(part => part !== '') ?? '-'
}
