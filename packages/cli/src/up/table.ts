/** A line of the table that `waystone up` shows. */
export interface NodeRow {
  name: string
  state: 'starting' | 'ready' | 'waiting' | 'stopped'
  peerId: string
  /** The first address, and how many there are. */
  address: string
  addressCount: number
  /** Connected peers. */
  peers: number
  /** How others reach it: `direct`, or through which relays. */
  path: string
  adminUrl: string
}

const HEADINGS = ['node', 'state', 'peer id', 'peers', 'path', 'address', 'admin']

/** The table as lines, columns padded to their widest cell and lines cut to `width` characters. */
export function renderTable(rows: NodeRow[], width: number): string[] {
  const cells = [HEADINGS, ...rows.map(cellsOf)]
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map(line => line[column]?.length ?? 0)))
  return cells.map(line =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
      .slice(0, width)
  )
}

function cellsOf(row: NodeRow): string[] {
  const more = row.addressCount > 1 ? ` (+${row.addressCount - 1})` : ''
  return [row.name, row.state, shorten(row.peerId), String(row.peers), row.path, row.address + more, row.adminUrl]
}

/** The start of every Ed25519 peer id is the same, so the end is what tells them apart. */
export function shorten(peerId: string): string {
  return peerId.length <= 12 ? peerId : `…${peerId.slice(-8)}`
}
