import { isList } from '../kinds/compact-values.ts'
import { columnOf, hasColumn, tableOf, valuesTableOf } from '../filter/field-place.ts'
import type { SQLInputValue } from 'node:sqlite'
import type { RecordValues, Scalar } from '../contract.ts'
import type { KindSet, RegistryKind } from '../kinds/contract.ts'
import type { RegistryDatabase } from './database.ts'

interface KindStatements {
  /** Names of the fields that have columns, in their order. */
  columns: readonly string[]
  /** Of the fields that are the key, which stands in a column of its own. */
  keys: readonly string[]
  insert: string
  remove: string
  insertValue: string
  removeValues: string
}

/** What filters ask for: the rows of each kind. */
export class KindRows {
  readonly #db: RegistryDatabase
  readonly #statements: ReadonlyMap<string, KindStatements>

  constructor(db: RegistryDatabase, kinds: KindSet) {
    this.#db = db
    this.#statements = new Map(Array.from(kinds, ([name, kind]) => [name, statementsOf(kind)]))
  }

  insert(place: number, record: { kind: string; key: string; values: RecordValues }): void {
    const { columns, keys, insert, insertValue } = this.#of(record.kind)
    const { values } = record
    const own = columns.map(name => sqlValue(firstOf(values[name])))
    this.#db.write(insert, place, record.key, ...own)
    for (const [name, value] of Object.entries(values)) {
      if (columns.includes(name) || keys.includes(name)) continue
      const each = isList(value) ? new Set(value) : [value]
      for (const one of each) this.#db.write(insertValue, name, sqlValue(one), place)
    }
  }

  remove(place: number, kind: string): void {
    const { remove, removeValues } = this.#of(kind)
    this.#db.write(remove, place)
    this.#db.write(removeValues, place)
  }

  #of(kind: string): KindStatements {
    const statements = this.#statements.get(kind)
    if (statements === undefined) throw new TypeError(`there is no kind ${kind}`)
    return statements
  }
}

function statementsOf(kind: RegistryKind): KindStatements {
  const columns = kind.fields.filter(hasColumn).map(({ name }) => name)
  const marks = columns.map(() => ', ?').join('')
  const names = columns.map(name => `, ${columnOf(name)}`).join('')
  const values = valuesTableOf(kind)
  return {
    columns,
    keys: kind.fields.filter(({ isKey }) => isKey).map(({ name }) => name),
    insert: `INSERT INTO ${tableOf(kind)} (place, key${names}) VALUES (?, ?${marks})`,
    remove: `DELETE FROM ${tableOf(kind)} WHERE place = ?`,
    insertValue: `INSERT INTO ${values} (field, value, place) VALUES (?, ?, ?)`,
    removeValues: `DELETE FROM ${values} WHERE place = ?`
  }
}

function firstOf(value: RecordValues[string] | undefined): Scalar | null {
  return (value !== undefined && isList(value) ? value[0] : value) ?? null
}

function sqlValue(value: Scalar | null): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : value
}
