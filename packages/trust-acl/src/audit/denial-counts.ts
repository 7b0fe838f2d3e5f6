import { MAX_COUNTED_FUNCTIONS } from './constants.ts'
import { denialReason } from './denial-reason.ts'
import type { DenialReason } from './denial-reason.ts'

/** How often a function was denied for a reason. */
export interface DenialCount {
  readonly function: string
  readonly reason: DenialReason
  readonly count: number
}

/** Stands for functions that came after there were too many. */
const OTHER = 'other'

/** Denials by function and kind of reason, for metrics: a bounded number of both. */
export class DenialCounts {
  readonly #counts = new Map<string, Map<DenialReason, number>>()

  add(trustFunction: string, reason: string): void {
    const isKnown = this.#counts.has(trustFunction) || this.#counts.size < MAX_COUNTED_FUNCTIONS
    const name = isKnown ? trustFunction : OTHER
    const counts = this.#counts.get(name) ?? new Map<DenialReason, number>()
    const kind = denialReason(reason)
    this.#counts.set(name, counts.set(kind, (counts.get(kind) ?? 0) + 1))
  }

  toArray(): DenialCount[] {
    return [...this.#counts].flatMap(([name, counts]) =>
      [...counts].map(([reason, count]) => ({ function: name, reason, count }))
    )
  }
}
