import { textTable } from '../text-table.ts'
import type { Peer } from '@waystone/wire/admin'
import type { TextColumn } from '../text-table.ts'

const COLUMNS: TextColumn<Peer>[] = [
  { heading: 'peer id', cell: ({ id }) => id },
  { heading: 'agent', cell: ({ agent }) => agent || '-' },
  { heading: 'state', cell: ({ connected }) => (connected ? 'connected' : 'known') },
  { heading: 'protocols', cell: ({ protocols }) => String(protocols.length), right: true },
  { heading: 'tags', cell: ({ tags }) => tags.join(',') || '-' },
  { heading: 'address', cell: ({ addresses }) => addressCell(addresses) }
]

/** What `waystone peers` says, as lines. */
export function renderPeers(peers: readonly Peer[]): string[] {
  return peers.length === 0 ? ['no peers'] : textTable(COLUMNS, peers)
}

function addressCell(addresses: readonly string[]): string {
  const [first = '-', ...more] = addresses
  return more.length === 0 ? first : `${first} (+${more.length})`
}
