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

interface Column {
  heading: string
  cell: (row: NodeRow) => string
}

const COLUMNS = {
  node: { heading: 'node', cell: (row: NodeRow) => row.name },
  state: { heading: 'state', cell: (row: NodeRow) => row.state },
  peerId: { heading: 'peer id', cell: (row: NodeRow) => shorten(row.peerId) },
  peers: { heading: 'peers', cell: (row: NodeRow) => String(row.peers) },
  path: { heading: 'path', cell: (row: NodeRow) => row.path },
  address: { heading: 'address', cell: (row: NodeRow) => `${row.address}${moreThanOne(row)}` },
  admin: { heading: 'admin', cell: (row: NodeRow) => row.adminUrl }
} satisfies Record<string, Column>

type ColumnName = keyof typeof COLUMNS

const ALL: ColumnName[] = ['node', 'state', 'peerId', 'peers', 'path', 'address', 'admin']
/** What a window of this many characters or more always shows; narrower ones lose these columns in this order. */
const WIDE = 120
const SPARE: ColumnName[] = ['admin', 'peers', 'peerId']
/** Room for `/ip4/127.0.0.1/tcp/65535 (+1)`: fewer characters of an address would hide its port. */
const MIN_ADDRESS_WIDTH = 29
const GAP = '  '

/**
 * The table as lines, columns padded to their widest cell. What does not fit
 * into `width` characters is left out: whole columns first, then the ends of
 * addresses, which an ellipsis shows.
 */
export function renderTable(rows: NodeRow[], width: number): string[] {
  const names = columnsFor(rows, width)
  const widths = names.map(name => widthOf(name, rows))
  const address = names.indexOf('address')
  const tooMuch = Math.max(0, lineWidth(widths) - width)
  widths[address] = Math.max(1, (widths[address] ?? 0) - tooMuch)
  const lines = [
    names.map(name => COLUMNS[name].heading),
    ...rows.map(row => names.map(name => COLUMNS[name].cell(row)))
  ]
  return lines.map(line => {
    const cells = line.map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
    return cut(cells.join(GAP).trimEnd(), width)
  })
}

function columnsFor(rows: NodeRow[], width: number): ColumnName[] {
  if (width >= WIDE) return ALL
  const dropped = new Set<ColumnName>()
  const left = (): ColumnName[] => ALL.filter(name => !dropped.has(name))
  for (const name of SPARE) {
    if (lineWidth(left().map(column => minWidthOf(column, rows))) <= width) break
    dropped.add(name)
  }
  return left()
}

function widthOf(name: ColumnName, rows: NodeRow[]): number {
  const { heading, cell } = COLUMNS[name]
  return Math.max(heading.length, ...rows.map(row => cell(row).length))
}

function minWidthOf(name: ColumnName, rows: NodeRow[]): number {
  const width = widthOf(name, rows)
  return name === 'address' ? Math.min(width, MIN_ADDRESS_WIDTH) : width
}

function lineWidth(widths: number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1)
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

function moreThanOne({ addressCount }: NodeRow): string {
  return addressCount > 1 ? ` (+${addressCount - 1})` : ''
}

/** The start of every Ed25519 peer id is the same, so the end is what tells them apart. */
export function shorten(peerId: string): string {
  return peerId.length <= 12 ? peerId : `…${peerId.slice(-8)}`
}
