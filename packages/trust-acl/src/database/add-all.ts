import { nextTurn } from '@waystone/kit'
import { CHECKS_A_TURN, MAX_ENTRIES } from './constants.ts'
import { createEntry } from './entry.ts'
import { BatchRefusedError, LabelTakenError, PubkeyTakenError, TooManyEntriesError } from './errors.ts'
import type { AddAllOptions, DatabaseChange, HeldEntry, StoredEntry, TrustEntryInit } from './contract.ts'
import type { HeldEntries } from './held-entries.ts'

/**
 * Checks each of many new entries by itself, and that no two of them share a
 * label or a key. Others have their turn in between.
 *
 * @param now - milliseconds since the Unix epoch
 * @throws BatchRefusedError, TooManyEntriesError, and the reason of the signal
 */
export async function checkAll(
  inits: readonly TrustEntryInit[],
  now: number,
  signal: AbortSignal | undefined
): Promise<StoredEntry[]> {
  assertRoom(inits.length)
  const checked: StoredEntry[] = []
  const [labels, keys] = [new Map<string, string>(), new Map<string, string>()]
  for (const [at, init] of inits.entries()) {
    if (at % CHECKS_A_TURN === 0) await nextTurn()
    signal?.throwIfAborted()
    checked.push(
      refusedAt(at, () => {
        const entry = createEntry(init, 'operator', now)
        assertOnce({ labels, keys }, entry)
        return entry
      })
    )
  }
  return checked
}

/** What checked entries change in a database as it is now. Pure. @throws BatchRefusedError, TooManyEntriesError */
export function planAll(
  held: HeldEntries,
  checked: readonly StoredEntry[],
  existing: NonNullable<AddAllOptions['existing']>
): (DatabaseChange & { readonly after: HeldEntry })[] {
  const isTaken = ({ pubkey }: StoredEntry): boolean => existing !== 'skip' || held.get(pubkey) === undefined
  const written = new Set(checked.filter(isTaken).map(({ pubkey }) => pubkey))
  const changes = checked.flatMap((entry, at) => {
    if (!written.has(entry.pubkey)) return []
    return [refusedAt(at, () => planOne(held, entry, { existing, written }))]
  })
  assertRoom(held.size + changes.filter(({ kind }) => kind === 'added').length)
  return changes
}

interface Planning {
  existing: AddAllOptions['existing']
  /** All keys of which there will be another entry than before. */
  written: ReadonlySet<string>
}

function planOne(held: HeldEntries, entry: StoredEntry, { existing, written }: Planning) {
  const { label, pubkey } = entry
  const holder = held.holderOf(label)
  // one that is replaced too has another label afterwards
  if (holder !== undefined && !written.has(holder)) throw new LabelTakenError(label, holder)
  const before = held.get(pubkey)
  if (before === undefined) {
    return { kind: 'added' as const, before, after: { entry, file: undefined, stored: true } }
  }
  if (existing !== 'replace') throw new PubkeyTakenError(pubkey, before.entry.label)
  return {
    kind: 'changed' as const,
    before,
    after: { ...before, entry: inPlaceOf(before.entry, entry), stored: true }
  }
}

/** As `set` does it: how fetching goes stays, and so does a cache-lifetime where no other is given. */
function inPlaceOf({ error, nextTryAt, ended, cacheLifetime }: StoredEntry, entry: StoredEntry): StoredEntry {
  return {
    ...(cacheLifetime !== undefined && { cacheLifetime }),
    ...entry,
    ...(error !== undefined && { error }),
    ...(nextTryAt !== undefined && { nextTryAt }),
    ...(ended === 'invalid' && { ended })
  }
}

function assertOnce(
  { labels, keys }: Record<'labels' | 'keys', Map<string, string>>,
  { label, pubkey }: StoredEntry
): void {
  const [holder, other] = [labels.get(label), keys.get(pubkey)]
  if (other !== undefined) throw new PubkeyTakenError(pubkey, other)
  if (holder !== undefined) throw new LabelTakenError(label, holder)
  labels.set(label, pubkey)
  keys.set(pubkey, label)
}

function assertRoom(total: number): void {
  if (total <= MAX_ENTRIES) return
  throw new TooManyEntriesError(`there would be ${total} entries, more than the ${MAX_ENTRIES} of a trust database`, {
    hint: 'remove some'
  })
}

function refusedAt<T>(at: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new BatchRefusedError(at, error)
  }
}
