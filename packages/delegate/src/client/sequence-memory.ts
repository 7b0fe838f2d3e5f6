import { MAX_SEQUENCES } from '../constants.ts'

/** The highest sequence that was seen of each name, so that nobody takes this node back to an older record. */
export class SequenceMemory {
  readonly #seen = new Map<string, bigint>()

  /** False, and nothing changes, when a newer one has been seen. */
  advance(name: Uint8Array, sequence: bigint): boolean {
    const key = name.join()
    const known = this.#seen.get(key)
    if (known !== undefined && sequence < known) return false
    this.#seen.delete(key)
    this.#seen.set(key, sequence)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > MAX_SEQUENCES && oldest !== undefined) this.#seen.delete(oldest)
    return true
  }
}
