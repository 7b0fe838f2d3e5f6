export interface PartEntry {
  /** File name in the inbox. */
  name: string
  /** Whose it is: the same text for all parts of one peer. */
  peer: string
  /** Milliseconds since the Unix epoch. */
  modifiedAt: number
}

export interface StaleRules {
  /** Milliseconds since the Unix epoch. */
  now: number
  maxAgeMs: number
  /** How many parts may stay. */
  maxCount: number
  /** Names that are being written now. */
  inUse: ReadonlySet<string>
}

/**
 * The partial files to remove: those that are too old, then those beyond the
 * count. Each peer keeps its newest before any peer keeps its second newest: a
 * peer that leaves many behind loses its own and not those of others.
 */
export function stalePartNames(parts: PartEntry[], rules: StaleRules): string[] {
  const ranks = ranksAmongOwn(parts)
  const idle = parts
    .filter(part => !rules.inUse.has(part.name))
    .toSorted((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0) || b.modifiedAt - a.modifiedAt)
  const room = Math.max(0, rules.maxCount - (parts.length - idle.length))
  return idle
    .filter((part, index) => index >= room || rules.now - part.modifiedAt > rules.maxAgeMs)
    .map(part => part.name)
}

/** For each part, how many newer ones the same peer has. */
function ranksAmongOwn(parts: PartEntry[]): Map<PartEntry, number> {
  const counts = new Map<string, number>()
  const ranks = new Map<PartEntry, number>()
  for (const part of parts.toSorted((a, b) => b.modifiedAt - a.modifiedAt)) {
    const rank = counts.get(part.peer) ?? 0
    ranks.set(part, rank)
    counts.set(part.peer, rank + 1)
  }
  return ranks
}
