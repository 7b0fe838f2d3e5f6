import { oneLine } from '../text-table.ts'
import { stateOf, validity } from './entry-text.ts'
import { cutLines, fittedTable } from './fitted-table.ts'
import { formatDistance, formatSpan, formatTime } from './times.ts'
import type { trust } from '@waystone/wire/admin'
import type { FittedColumn } from './fitted-table.ts'

const LABEL_WIDTH = 13

/** An entry with what its trust file says. */
export interface EntryPage {
  entry: trust.TrustEntry
  description: string
  contact: readonly string[]
  /** As many as are to be shown. */
  nodes: readonly trust.TrustNode[]
}

const NODE_COLUMNS: FittedColumn<trust.TrustNode>[] = [
  { heading: 'node', cell: ({ label }) => label },
  { heading: 'entity', cell: ({ entity }) => entity, spare: 0 },
  { heading: 'peer id', cell: ({ peer }) => peer },
  { heading: 'addresses', cell: remotesCell }
]

/** What `waystone trust show` says, as lines. */
export function renderEntryPage(page: EntryPage, now: number, width: number): string[] {
  const { entry, nodes } = page
  const facts = [...ownFacts(entry, now), ...fileFacts(page, now), ...statusFacts(entry.status, now)]
  const shown = facts.flatMap(([label, values]) => section(label, values))
  const left = entry.nodeCount - nodes.length
  const table = entry.kind === 'file' && nodes.length > 0 ? ['', ...fittedTable(NODE_COLUMNS, nodes, width)] : []
  const more = table.length > 0 && left > 0 ? [`and ${left} more; --nodes shows all`] : []
  return [...cutLines(shown, width), ...table, ...more]
}

type Fact = [label: string, values: readonly string[]]

function ownFacts(entry: trust.TrustEntry, now: number): Fact[] {
  return [
    ['label', [entry.label]],
    ['pubkey', [entry.pubkey]],
    ['kind', [entry.kind === 'file' ? `trust file with ${entry.nodeCount} nodes` : 'single peer']],
    ['level', [`${entry.trustlevel} ${validity(entry, now)}`]],
    ['overrides', entry.trustedFunctions],
    ['addresses', entry.addresses],
    ['from', [entry.source]]
  ]
}

function fileFacts({ entry, description, contact }: EntryPage, now: number): Fact[] {
  if (entry.kind === 'peer') return []
  const { fetchedAt, ttlMs, cacheLifetimeMs } = entry
  const fetched = Number(fetchedAt ?? 0)
  const since = (ms: bigint): string => formatDistance(fetched + Number(ms), now)
  return [
    ['description', description === '' ? [] : [description]],
    ['contact', contact],
    ['fetched', fetchedAt === undefined ? ['never'] : [`${formatTime(fetched)} (${formatDistance(fetched, now)})`]],
    ['stale', fetchedAt === undefined || ttlMs === undefined ? [] : [since(ttlMs)]],
    ['used until', cacheLifetimeMs === undefined ? [] : lastUse(fetchedAt, cacheLifetimeMs, since)]
  ]
}

function lastUse(fetchedAt: bigint | undefined, lifetime: bigint, since: (ms: bigint) => string): string[] {
  return [fetchedAt === undefined ? `${formatSpan(Number(lifetime))} after it is fetched` : since(lifetime)]
}

function statusFacts(status: trust.TrustEntryStatus | undefined, now: number): Fact[] {
  if (status === undefined) return []
  const { error, errorMessage, nextTryAt, sequence, cid, via } = status
  return [
    ['state', [status.state]],
    ['last failure', error === '' ? [] : [`${error}: ${errorMessage}`]],
    ['next try', nextTryAt === undefined ? [] : [formatDistance(Number(nextTryAt), now)]],
    ['sequence', sequence === undefined ? [] : [String(sequence)]],
    ['cid', cid === '' ? [] : [cid]],
    ['came by', via === '' ? [] : [via]]
  ]
}

function section(label: string, values: readonly string[]): string[] {
  return values.map((value, index) => `${(index === 0 ? label : '').padEnd(LABEL_WIDTH)} ${oneLine(value)}`)
}

function remotesCell({ remotes, remotesStrict }: trust.TrustNode): string {
  const [first, ...more] = remotes
  if (first === undefined) return '-'
  return `${first}${more.length > 0 ? ` (+${more.length})` : ''}${remotesStrict ? '' : ', or elsewhere'}`
}

/** What an entry is, in one line: after it was added or changed. */
export function describeEntry(entry: trust.TrustEntry, now: number): string {
  const { label, trustlevel, kind, pubkey, trustedFunctions } = entry
  const overrides = trustedFunctions.length === 0 ? '' : `, ${trustedFunctions.join(', ')}`
  const level = `${trustlevel} ${validity(entry, now)}${overrides}`
  return oneLine(`${label}: ${level}; ${kind === 'file' ? `trust file ${stateOf(entry)}, ` : 'peer '}${pubkey}`)
}
