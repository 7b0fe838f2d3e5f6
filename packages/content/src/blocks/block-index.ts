import { MIN_BLOCK_COST } from '../constants.ts'

export interface BlockEntry {
  /** In bytes. */
  readonly size: number
  /** Put here, so that nothing that was fetched may push it out. */
  readonly pinned: boolean
  /** Milliseconds since the Unix epoch. */
  readonly usedAt: number
}

/** What a block takes of the space, in bytes. */
export function costOf(size: number): number {
  return Math.max(size, MIN_BLOCK_COST)
}

/** Which blocks there are, and which go first. */
export class BlockIndex {
  /** Longest not used first, as a Map keeps the order of insertion. */
  readonly #entries = new Map<string, BlockEntry>()
  #bytes = 0

  /** What all blocks take of the space, in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  get(key: string): BlockEntry | undefined {
    return this.#entries.get(key)
  }

  /** Counts as the last use. */
  set(key: string, entry: BlockEntry): void {
    this.delete(key)
    this.#entries.set(key, entry)
    this.#bytes += costOf(entry.size)
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#bytes -= costOf(entry.size)
  }

  *pinned(): Generator<string> {
    for (const [key, { pinned }] of this.#entries) if (pinned) yield key
  }

  /** What has to go so that all blocks take at most so many bytes; undefined if that cannot be. */
  victims(maxBytes: number, keep?: string): string[] | undefined {
    const victims: string[] = []
    let left = this.#bytes
    for (const [key, { pinned, size }] of this.#entries) {
      if (left <= maxBytes) break
      if (pinned || key === keep) continue
      victims.push(key)
      left -= costOf(size)
    }
    return left <= maxBytes ? victims : undefined
  }
}
