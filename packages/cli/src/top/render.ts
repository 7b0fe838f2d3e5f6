import { DirectionSchema } from '@waystone/wire/admin'
import { pathCell } from '../admin/connection-table.ts'
import { enumName } from '../api/plain-message.ts'
import { formatBytes, formatDuration } from '../format.ts'
import { oneLine, textTable } from '../text-table.ts'
import { shorten } from '../up/table.ts'
import { ordered } from './order.ts'
import type { Connection } from '@waystone/wire/admin'
import type { TextColumn } from '../text-table.ts'
import type { Order } from './order.ts'
import type { Rate, Rates } from './rates.ts'
import type { Snapshot } from './snapshot.ts'

/** What the screen shows. */
export interface TopModel {
  snapshot: Snapshot
  rates: Rates | undefined
  order: Order
}

/** Of a terminal, in characters; infinite where there is none. */
export interface TopSize {
  columns: number
  rows: number
}

/** With fewer columns than this, peer ids are shown by their ends. */
const WIDE = 150
const ELLIPSIS = '…'

/** The screen of `waystone top` as lines: no more and none longer than fit. */
export function renderTop(model: TopModel, size: TopSize): string[] {
  const lines = [...renderHead(model), ...keysFor(model, size), '', ...renderConnections(model, size)]
  const shown = lines.length <= size.rows ? lines : [...lines.slice(0, size.rows - 1), moreLine(lines.length, size)]
  return shown.map(line => cut(line, size.columns))
}

function renderHead({ snapshot, rates }: TopModel): string[] {
  const { node, connections } = snapshot
  const peers = new Set(connections.map(({ peer }) => peer)).size
  const relayed = connections.filter(({ relay }) => relay !== '').length
  const state = node.ready ? 'ready' : `not ready: ${node.missing.join('; ')}`
  return [
    `${node.role} ${node.peerId} of ${node.network}, up ${formatDuration(Number(node.uptimeMs))}, ${state}`,
    `peers ${peers}  connections ${connections.length} (${relayed} relayed)  circuits through here ${node.circuits}`,
    `in ${perSecond(rates?.total.received)}  out ${perSecond(rates?.total.sent)}  since start ${bytesSince(node)}  memory ${formatBytes(Number(node.memoryBytes))}`
  ].map(oneLine)
}

// only a screen has somebody who presses keys
function keysFor({ order }: TopModel, { rows }: TopSize): string[] {
  return Number.isFinite(rows) ? [`by ${order}; keys: b bytes, n name, a age, q quit`] : []
}

function bytesSince({ bytesReceived, bytesSent }: Pick<Connection, 'bytesReceived' | 'bytesSent'>): string {
  return `${formatBytes(Number(bytesReceived))} in, ${formatBytes(Number(bytesSent))} out`
}

function renderConnections({ snapshot, rates, order }: TopModel, { columns }: TopSize): string[] {
  if (snapshot.connections.length === 0) return ['no connections']
  const rows = ordered(snapshot.connections, order, rates)
  return textTable(columnsOf(snapshot.nowMs, rates, columns >= WIDE), rows)
}

function columnsOf(nowMs: number, rates: Rates | undefined, wide: boolean): TextColumn<Connection>[] {
  const rate = ({ id }: Connection): Rate | undefined => rates?.connections.get(id)
  return [
    { heading: 'peer', cell: ({ peer }) => (wide ? peer : shorten(peer)) },
    { heading: 'in/s', cell: each => perSecond(rate(each)?.received), right: true },
    { heading: 'out/s', cell: each => perSecond(rate(each)?.sent), right: true },
    { heading: 'path', cell: pathCell },
    { heading: 'transport', cell: ({ transport }) => transport },
    { heading: 'age', cell: ({ openedAtMs }) => formatDuration(nowMs - Number(openedAtMs)), right: true },
    { heading: 'streams', cell: ({ streams }) => String(streams.length), right: true },
    { heading: 'received', cell: ({ bytesReceived }) => formatBytes(Number(bytesReceived)), right: true },
    { heading: 'sent', cell: ({ bytesSent }) => formatBytes(Number(bytesSent)), right: true },
    { heading: 'direction', cell: ({ direction }) => enumName(DirectionSchema, direction) }
  ]
}

function perSecond(bytes: number | undefined): string {
  return bytes === undefined ? '-' : `${formatBytes(bytes)}/s`
}

function moreLine(count: number, { rows }: TopSize): string {
  return `${ELLIPSIS} and ${count - rows + 1} more`
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}${ELLIPSIS}`
}
