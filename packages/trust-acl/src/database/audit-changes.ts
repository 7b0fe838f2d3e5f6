import { MAX_ENTRY_EVENTS, MAX_PEER_EVENTS } from './constants.ts'
import { nodesOf } from './entry.ts'
import { whatChanged } from './what-changed.ts'
import type { AuditSink } from '../contract.ts'
import type { DatabaseChange, HeldEntry } from './contract.ts'

type Told = Parameters<AuditSink['add']>[0]

/** What the operator is told of a change: of the entry, and of the peers that it names now or no longer. Pure. */
export function eventsOf(change: DatabaseChange): Told[] {
  const { kind, before, after } = change
  const held = after ?? before
  if (held === undefined) return []
  return [{ kind, subject: held.entry.label, reason: reasonOf(change, held) }, ...movesOf(change, held)]
}

/** Of changes that were made at once: the first ones each, and how many more there are. Pure. */
export function eventsOfAll(changes: readonly DatabaseChange[]): Told[] {
  const more = Map.groupBy(changes.slice(MAX_ENTRY_EVENTS), ({ kind }) => kind)
  return [...changes.slice(0, MAX_ENTRY_EVENTS).flatMap(eventsOf), ...Array.from(more, countOf)]
}

function countOf([kind, changes]: [DatabaseChange['kind'], DatabaseChange[]]): Told {
  const levels = Map.groupBy(changes, ({ before, after }) => (after ?? before)?.entry.trustlevel)
  const counts = Array.from(levels, ([level, { length }]) => `${length} at level ${level ?? 'none'}`)
  return { kind, subject: `${changes.length} more entries`, reason: counts.join(', ') }
}

function reasonOf({ kind, before }: DatabaseChange, { entry, file }: HeldEntry): string {
  if (kind === 'fetched') return `sequence ${file?.sequence ?? 0n} over ${file?.via ?? 'nothing'}`
  if (kind === 'removed') return `was at level ${entry.trustlevel}`
  return before === undefined ? `at level ${entry.trustlevel}` : whatChanged(before.entry, entry)
}

/** A single peer is its entry, and a file that stays moves nobody: there is no more to say. */
function movesOf({ before, after }: DatabaseChange, { entry }: HeldEntry): Told[] {
  if (entry.kind === 'peer' || before?.file?.file === after?.file?.file) return []
  const [old, now] = [peersOf(before), peersOf(after)]
  const joined = [...now].filter(peer => !old.has(peer))
  const left = [...old].filter(peer => !now.has(peer))
  return [
    ...told('joined', joined, { label: entry.label, reason: `"${entry.label}" names it` }),
    ...told('left', left, { label: entry.label, reason: `"${entry.label}" no longer names it` })
  ]
}

function peersOf(held: HeldEntry | undefined): Set<string> {
  return new Set(held === undefined ? [] : nodesOf(held).map(({ peer }) => peer))
}

function told(kind: 'joined' | 'left', peers: string[], { label, reason }: { label: string; reason: string }): Told[] {
  const events: Told[] = peers.slice(0, MAX_PEER_EVENTS).map(subject => ({ kind, subject, reason }))
  const more = peers.length - events.length
  return more === 0 ? events : [...events, { kind, subject: label, reason: `${more} more of its nodes` }]
}
