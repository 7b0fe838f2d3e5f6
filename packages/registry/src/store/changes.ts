import { compileFilter } from '../filter/compile.ts'
import { fieldPlace, tableOf } from '../filter/field-place.ts'
import { WATCHED_AT_ONCE } from './constants.ts'
import { bytesIn, numberIn, textIn } from './rows.ts'
import type { Filter } from '@waystone/wire/registry'
import type { SqlPart } from '../filter/compile.ts'
import type { RecordName } from '../contract.ts'
import type { RegistryKind } from '../kinds/contract.ts'
import type { RegistryDatabase, Row } from './database.ts'
import type { GoneLog } from './gone-log.ts'

/** A record as it is since this change, or that it expired. */
export interface Change {
  readonly number: number
  readonly place: number
  readonly name: RecordName
  /** If it matches. */
  readonly signed: Uint8Array | undefined
}

export interface Watched {
  kind: RegistryKind | undefined
  filter: Filter | undefined
}

const BOUNDARY = `
  SELECT change FROM records WHERE change > ? AND change <= ? ORDER BY change LIMIT 1 OFFSET ${WATCHED_AT_ONCE - 1}
`

/** Reads changes in order, some at a time. */
export class Changes {
  readonly #db: RegistryDatabase
  readonly #gone: GoneLog
  readonly #watched: Watched
  readonly #parameters: SqlPart['parameters']
  readonly #select: (parameters: SqlPart['parameters']) => Row[]

  constructor(db: RegistryDatabase, gone: GoneLog, watched: Watched) {
    this.#db = db
    this.#gone = gone
    this.#watched = watched
    const { sql, parameters } = selectOf(watched)
    this.#parameters = parameters
    this.#select = db.kept(sql)
  }

  /** Up to which number the next read goes. */
  boundary(after: number, upTo: number): number {
    const row = this.#db.get(BOUNDARY, after, upTo)
    return row === undefined ? upTo : numberIn(row, 'change')
  }

  /** Records whose last change is between these. @param now - what expired until then does not match */
  records(after: number, upTo: number, now: number): Change[] {
    return this.#select([now, ...this.#parameters, after, upTo]).map(changeIn)
  }

  /** The same with what expired, in order. */
  all(after: number, upTo: number, now: number): Change[] {
    const { kind } = this.#watched
    const gone = this.#gone.read(after, upTo).filter(({ name }) => kind === undefined || name.kind === kind.name)
    const expired = gone.map((each): Change => ({ ...each, signed: undefined }))
    return [...this.records(after, upTo, now), ...expired].toSorted((a, b) => a.number - b.number)
  }
}

function selectOf({ kind, filter }: Watched): SqlPart {
  const columns = 'r.change, r.place, r.kind, r.id, r.key, r.signed'
  const isThere = 'r.withdrawn = 0 AND r.expiry > ?'
  const range = 'r.change > ? AND r.change <= ? ORDER BY r.change'
  if (kind === undefined)
    return { sql: `SELECT ${columns}, ${isThere} AS hit FROM records r WHERE ${range}`, parameters: [] }
  const { sql, parameters } =
    filter === undefined ? { sql: '1', parameters: [] } : compileFilter(filter, field => fieldPlace(kind, field))
  const from = `records r LEFT JOIN ${tableOf(kind)} k ON k.place = r.place`
  return {
    sql: `SELECT ${columns}, ${isThere} AND ${sql} AS hit FROM ${from} WHERE r.kind = ? AND ${range}`,
    parameters: [...parameters, kind.name]
  }
}

function changeIn(row: Row): Change {
  const name = { kind: textIn(row, 'kind'), peer: textIn(row, 'id'), key: textIn(row, 'key') }
  const signed = row['hit'] === 1 ? bytesIn(row, 'signed') : undefined
  return { number: numberIn(row, 'change'), place: numberIn(row, 'place'), name, signed }
}
