import { nameOfRecord } from './asked.ts'
import type { RecordName, VerifiedRecord } from '../contract.ts'

/** What whoever watches was told of a record. */
interface Told {
  name: RecordName
  sequence: number
  /** In milliseconds since the Unix epoch. */
  expiry: number
}

/**
 * The records that whoever watches was told of. A registry that does not have
 * one of them may merely not have heard of it yet: such a record is gone when
 * it expires, or when the registry says so.
 */
export class ToldRecords {
  readonly #told = new Map<string, Told>()
  /** Names that came again since a new beginning; absent while there is nothing to compare with. */
  #again: Set<string> | undefined
  /** Those that did not come again, the first to expire last; some of them may have come since. */
  #doubted: string[] = []
  #isDoubted = new Set<string>()

  get size(): number {
    return this.#told.size
  }

  clear(): void {
    this.#told.clear()
    this.#again = undefined
    this.#doubt([])
  }

  /** Another registry tells all that it has, from the beginning. */
  beginAgain(): void {
    this.#again = this.#told.size > 0 ? new Set() : undefined
    this.#doubt([])
  }

  /** All that the registry has has come. */
  current(): void {
    const again = this.#again
    this.#again = undefined
    if (again === undefined) return
    const missing = [...this.#told].filter(([name]) => !again.has(name))
    this.#doubt(missing.toSorted(([, a], [, b]) => b.expiry - a.expiry).map(([name]) => name))
  }

  /** @returns whether it is news: an older version is none, nor is one that was told */
  put({ kind, id, key, sequence, expiry }: VerifiedRecord): boolean {
    const name = nameOfRecord({ kind, id, key })
    this.#again?.add(name)
    this.#isDoubted.delete(name)
    const before = this.#told.get(name)
    const isNews = before === undefined || before.sequence < sequence
    if (isNews) this.#told.set(name, { name: { kind, peer: id, key }, sequence, expiry })
    else if (before.sequence === sequence) before.expiry = Math.max(before.expiry, expiry)
    return isNews
  }

  /** @returns whether it was told */
  gone({ kind, peer: id, key }: RecordName): boolean {
    const name = nameOfRecord({ kind, id, key })
    this.#isDoubted.delete(name)
    return this.#told.delete(name)
  }

  /** When the first of those expires that the registry does not have, in milliseconds since the Unix epoch. */
  nextExpiry(): number | undefined {
    for (let name = this.#doubted.at(-1); name !== undefined; name = this.#doubted.at(-1)) {
      if (this.#isDoubted.has(name)) return this.#told.get(name)?.expiry
      this.#doubted.pop()
    }
    return undefined
  }

  /** Forgets those that the registry does not have, and that have expired by now. */
  takeExpired(now: number): RecordName[] {
    const expired: RecordName[] = []
    for (let at = this.nextExpiry(); at !== undefined && at <= now; at = this.nextExpiry()) {
      const name = this.#doubted.pop() ?? ''
      const told = this.#told.get(name)
      this.#isDoubted.delete(name)
      this.#told.delete(name)
      if (told !== undefined) expired.push(told.name)
    }
    return expired
  }

  #doubt(names: string[]): void {
    this.#doubted = names
    this.#isDoubted = new Set(names)
  }
}
