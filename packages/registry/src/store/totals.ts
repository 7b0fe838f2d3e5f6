import { READ_AT_ONCE } from './constants.ts'
import { Digests } from './digests.ts'
import { bytesIn, numberIn } from './rows.ts'
import type { RegistryDatabase, Row } from './database.ts'
import type { NamedSequence } from '../record/name-hash.ts'

/** How much there is. */
export interface Totals {
  records: number
  /** Of payloads. */
  bytes: number
  /** Names whose end is remembered. */
  ended: number
}

/** What a transaction changes of it, to be added once it is through. */
export interface TotalsChange extends Totals {
  readonly added: NamedSequence[]
  readonly removed: NamedSequence[]
}

export function noChange(): TotalsChange {
  return { records: 0, bytes: 0, ended: 0, added: [], removed: [] }
}

/** Counts and digests, kept in memory: 8 KiB. */
export class Tally {
  readonly digests = new Digests()
  #totals: Totals = { records: 0, bytes: 0, ended: 0 }

  get totals(): Readonly<Totals> {
    return this.#totals
  }

  /** Of what is in the file, some rows at each step. */
  *read(db: RegistryDatabase): Generator<void> {
    this.digests.clear()
    this.#totals = { records: 0, bytes: 0, ended: numberIn(db.get('SELECT count(*) AS n FROM ended') ?? {}, 'n') }
    for (const row of db.each('SELECT hash, sequence, size FROM records')) {
      this.#readRow(row)
      if (this.#totals.records % READ_AT_ONCE === 0) yield
    }
  }

  apply(change: TotalsChange): void {
    this.#totals = this.with(change)
    for (const each of change.removed) this.digests.remove(each)
    for (const each of change.added) this.digests.add(each)
  }

  with({ records, bytes, ended }: Totals): Totals {
    const totals = this.#totals
    return { records: totals.records + records, bytes: totals.bytes + bytes, ended: totals.ended + ended }
  }

  #readRow(row: Row): void {
    this.digests.add({ hash: bytesIn(row, 'hash'), sequence: numberIn(row, 'sequence') })
    this.#totals.records++
    this.#totals.bytes += numberIn(row, 'size')
  }
}
