import { GONE_KEPT } from './constants.ts'
import { numberIn, textIn } from './rows.ts'
import type { RecordName } from '../contract.ts'
import type { RegistryDatabase, Row } from './database.ts'

/** A record that expired. */
export interface Gone {
  readonly number: number
  readonly place: number
  readonly name: RecordName
}

const ADD = 'INSERT INTO gone (number, place, kind, id, key) VALUES (?, ?, ?, ?, ?)'
const READ = 'SELECT number, place, kind, id, key FROM gone WHERE number > ? AND number <= ? ORDER BY number'
const LAST_TO_FORGET = `SELECT number FROM gone ORDER BY number DESC LIMIT 1 OFFSET ${GONE_KEPT}`

/** The last records that expired, for watchers that are behind. Begins empty at each start. */
export class GoneLog {
  readonly #db: RegistryDatabase
  #floor = 0

  constructor(db: RegistryDatabase) {
    this.#db = db
  }

  /** @param number - of the last change before */
  clear(number: number): void {
    this.#floor = number
    this.#db.write('DELETE FROM gone')
  }

  /** Whoever has seen the changes up to a lower number has missed some that are not known any more. */
  get floor(): number {
    return this.#floor
  }

  add({ number, place, name }: Gone): void {
    this.#db.write(ADD, number, place, name.kind, name.peer, name.key)
  }

  trim(): void {
    const last = this.#db.get(LAST_TO_FORGET)
    if (last === undefined) return
    this.#floor = numberIn(last, 'number')
    this.#db.write('DELETE FROM gone WHERE number <= ?', this.#floor)
  }

  /** Those after one number up to another. */
  read(after: number, upTo: number): Gone[] {
    return this.#db.all(READ, after, upTo).map(goneIn)
  }
}

function goneIn(row: Row): Gone {
  const name = { kind: textIn(row, 'kind'), peer: textIn(row, 'id'), key: textIn(row, 'key') }
  return { number: numberIn(row, 'number'), place: numberIn(row, 'place'), name }
}
