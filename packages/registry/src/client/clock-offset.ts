import { TOLERATED_SKEW_MS } from './constants.ts'

/** Registries whose clocks are compared. */
const MAX_CLOCKS = 8

/** By how much the clocks of registries differ from ours: no single one of several can set it. */
export class ClockOffset {
  readonly #byRegistry = new Map<string, number>()

  /**
   * @param theirs - milliseconds since the Unix epoch; 0 if it says nothing
   * @param ours - the same moment by our clock
   */
  heard(id: string, theirs: bigint, ours: number): void {
    if (theirs === 0n || theirs > BigInt(Number.MAX_SAFE_INTEGER)) return
    this.#byRegistry.delete(id)
    this.#byRegistry.set(id, Number(theirs) - ours)
    for (const oldest of this.#byRegistry.keys()) {
      if (this.#byRegistry.size <= MAX_CLOCKS) return
      this.#byRegistry.delete(oldest)
    }
  }

  /** What to add to our clock, in milliseconds: nothing unless it is far off for the median of them. */
  get value(): number {
    const sorted = [...this.#byRegistry.values()].sort((a, b) => a - b)
    const [lower = 0, upper = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
    // of two that do not agree, the one that is nearer to ours
    const median = Math.abs(lower) < Math.abs(upper) ? lower : upper
    return Math.abs(median) > TOLERATED_SKEW_MS ? median : 0
  }
}
