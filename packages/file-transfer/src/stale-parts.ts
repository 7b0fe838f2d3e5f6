export interface PartEntry {
  /** File name in the inbox. */
  name: string
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

/** The partial files to remove: those that are too old, then the oldest beyond the count. */
export function stalePartNames(parts: PartEntry[], rules: StaleRules): string[] {
  const idle = parts.filter(part => !rules.inUse.has(part.name)).sort((a, b) => b.modifiedAt - a.modifiedAt)
  const room = Math.max(0, rules.maxCount - (parts.length - idle.length))
  return idle
    .filter((part, rank) => rank >= room || rules.now - part.modifiedAt > rules.maxAgeMs)
    .map(part => part.name)
}
