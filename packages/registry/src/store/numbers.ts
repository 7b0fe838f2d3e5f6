import { numberIn } from './rows.ts'
import type { RegistryDatabase } from './database.ts'

/**
 * Counts places, which give records an order that never changes, and changes, by which watchers go on. No number is
 * given twice while the registry is open, also if what it was for did not come about.
 */
export class Numbers {
  #place = 0
  #change = 0

  read(db: RegistryDatabase): void {
    const last = db.get(
      'SELECT (SELECT coalesce(max(place), 0) FROM records) AS place, (SELECT coalesce(max(change), 0) FROM records) AS change'
    )
    this.#place = Math.max(this.#place, numberIn(last ?? {}, 'place'))
    this.#change = Math.max(this.#change, numberIn(last ?? {}, 'change'))
  }

  /** The number of the last change. */
  get change(): number {
    return this.#change
  }

  nextPlace(): number {
    return ++this.#place
  }

  nextChange(): number {
    return ++this.#change
  }
}
