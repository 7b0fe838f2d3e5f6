import { trust } from '@waystone/wire/admin'
import { plainMessage } from '../api/plain-message.ts'
import { fittedTable } from './fitted-table.ts'
import { formatDistance, formatSpan } from './times.ts'
import type { FittedColumn } from './fitted-table.ts'

/** An entry for programs. */
export function entryObject(entry: trust.TrustEntry): Record<string, unknown> {
  return plainMessage(trust.TrustEntrySchema, entry)
}

/** What `waystone trust ls` says, as lines. */
export function renderEntries(entries: readonly trust.TrustEntry[], now: number, width: number): string[] {
  if (entries.length === 0) return ['no entries: nobody is trusted; see waystone trust add --help']
  return fittedTable(columnsAt(now), entries, width)
}

function columnsAt(now: number): FittedColumn<trust.TrustEntry>[] {
  return [
    { heading: 'label', cell: ({ label }) => label },
    { heading: 'level', cell: ({ trustlevel }) => trustlevel },
    { heading: 'state', cell: stateOf },
    { heading: 'nodes', cell: ({ nodeCount }) => String(nodeCount), right: true },
    { heading: 'kind', cell: ({ kind }) => kind, spare: 3 },
    { heading: 'valid', cell: entry => validity(entry, now), spare: 4 },
    { heading: 'fetched', cell: entry => fetchedCell(entry, now), spare: 2 },
    { heading: 'from', cell: ({ source }) => source, spare: 0 },
    { heading: 'overrides', cell: ({ trustedFunctions }) => trustedFunctions.join(',') || '-', spare: 1 },
    { heading: 'pubkey', cell: ({ pubkey }) => pubkey }
  ]
}

/** `ok`, or what is wrong; a single peer has nothing to be fetched. */
export function stateOf({ kind, status }: trust.TrustEntry): string {
  const state = status?.state ?? ''
  const shown = kind === 'peer' && state !== 'expired' ? 'ok' : state || '-'
  return status?.error ? `${shown} (${status.error})` : shown
}

/** How long the level still holds. */
export function validity({ trustLifetimeMs, validatedAt }: trust.TrustEntry, now: number): string {
  if (trustLifetimeMs === undefined) return 'for ever'
  const left = Number(validatedAt) + Number(trustLifetimeMs) - now
  return left > 0 ? `for ${formatSpan(left)}` : 'no longer'
}

function fetchedCell({ kind, fetchedAt }: trust.TrustEntry, now: number): string {
  if (kind === 'peer') return '-'
  return fetchedAt === undefined ? 'never' : formatDistance(Number(fetchedAt), now)
}
