import { nextTurn } from '@waystone/kit'
import { compileFilter } from '../filter/compile.ts'
import { fieldPlace, tableOf } from '../filter/field-place.ts'
import { LEAST_STEP_ROWS, STEP_ROWS } from './constants.ts'
import { planFor } from './plan.ts'
import { bytesIn, numberIn } from './rows.ts'
import type { SqlPart } from '../filter/compile.ts'
import type { QueryOptions, StorePage, StoreQuery } from '../contract.ts'
import type { RegistryKind } from '../kinds/contract.ts'
import type { RegistryDatabase, Row } from './database.ts'
import type { Plan, Source } from './plan.ts'

export interface QueryInit extends Pick<StoreQuery, 'filter' | 'limit' | 'after'> {
  kind: RegistryKind
  /** Of the filter: the more there are, the smaller the steps. */
  parts: number
  /** Milliseconds since the Unix epoch: what expired until then does not match. */
  now: number
}

type Found = StorePage['records'][number]

/** One page, found in steps of some milliseconds. */
export async function runQuery(db: RegistryDatabase, init: QueryInit, options: QueryOptions = {}): Promise<StorePage> {
  const found: Found[] = []
  // one more than asked for tells whether there are more
  for (const step of new Steps(db, init, planFor(db, init.kind, init.filter))) {
    found.push(...step(init.limit + 1 - found.length))
    if (found.length > init.limit) break
    options.onStep?.()
    await nextTurn()
    options.signal?.throwIfAborted()
  }
  return { records: found.slice(0, init.limit), hasMore: found.length > init.limit }
}

type Step = (count: number) => Found[]

class Steps {
  readonly #db: RegistryDatabase
  readonly #init: QueryInit
  readonly #plan: Plan
  readonly #filter: SqlPart

  constructor(db: RegistryDatabase, init: QueryInit, plan: Plan) {
    this.#db = db
    this.#init = init
    this.#plan = plan
    const { filter, kind } = init
    this.#filter =
      filter === undefined ? { sql: '1', parameters: [] } : compileFilter(filter, field => fieldPlace(kind, field))
  }

  *[Symbol.iterator](): Generator<Step> {
    const { source, few } = this.#plan
    if (few === undefined) yield* this.#walks(source)
    else yield* this.#gathers(source, few)
  }

  /** At once if that is one step's work: a filter of many parts may ask much of few rows. */
  *#gathers(source: Source, rows: number): Generator<Step> {
    const most = stepRows(this.#init.parts)
    const places = rows > most ? this.#places(source) : []
    let from = this.#init.after ?? 0
    for (let end = most; end < places.length; end += most) {
      const upTo = places[end - 1] ?? from
      yield this.#gather(source, from, upTo)
      from = upTo
    }
    yield this.#gather(source, from, Number.MAX_SAFE_INTEGER)
  }

  *#walks(source: Source): Generator<Step> {
    for (let after: number | undefined = this.#init.after ?? 0; after !== undefined;) {
      const upTo = this.#boundary(source, after)
      yield this.#walk(source, after, upTo)
      after = upTo
    }
  }

  #gather({ from, alias, where }: Source, after: number, upTo: number): Step {
    const { kind, now } = this.#init
    const sql = `${this.#select(kind)} WHERE r.place IN (SELECT ${alias}.place FROM ${from} WHERE ${where.sql})
      AND r.place > ? AND r.place <= ? AND r.expiry > ? AND ${this.#filter.sql} ORDER BY r.place LIMIT ?`
    return count => this.#read(sql, [...where.parameters, after, upTo, now, ...this.#filter.parameters, count])
  }

  #places({ from, alias, where }: Source): number[] {
    const sql = `SELECT DISTINCT ${alias}.place AS place FROM ${from} WHERE ${where.sql} AND ${alias}.place > ? ORDER BY 1`
    const rows = this.#db.once(sql, [...where.parameters, this.#init.after ?? 0])
    return rows.map(row => numberIn(row, 'place'))
  }

  #select(kind: RegistryKind): string {
    return `SELECT r.place, r.signed FROM records r JOIN ${tableOf(kind)} k ON k.place = r.place`
  }

  #walk({ from, alias, where }: Source, after: number, upTo: number | undefined): Step {
    const { kind, now } = this.#init
    const own = alias === 'k' ? '' : `CROSS JOIN ${tableOf(kind)} k ON k.place = ${alias}.place`
    const sql = `SELECT r.place, r.signed FROM ${from} ${own} CROSS JOIN records r ON r.place = ${alias}.place
      WHERE ${where.sql} AND ${alias}.place > ? AND ${alias}.place <= ? AND ${this.#filter.sql} AND r.expiry > ?
      ORDER BY ${alias}.place LIMIT ?`
    const last = upTo ?? Number.MAX_SAFE_INTEGER
    return count => this.#read(sql, [...where.parameters, after, last, ...this.#filter.parameters, now, count])
  }

  /** The place at which a step ends; undefined for the last step. */
  #boundary({ from, alias, where }: Source, after: number): number | undefined {
    const sql = `SELECT ${alias}.place AS place FROM ${from} WHERE ${where.sql} AND ${alias}.place > ?
      ORDER BY ${alias}.place LIMIT 1 OFFSET ${stepRows(this.#init.parts) - 1}`
    const [row] = this.#db.once(sql, [...where.parameters, after])
    return row === undefined ? undefined : numberIn(row, 'place')
  }

  #read(sql: string, parameters: SqlPart['parameters']): Found[] {
    return this.#db.once(sql, parameters).map(foundIn)
  }
}

function stepRows(parts: number): number {
  return Math.max(LEAST_STEP_ROWS, Math.floor(STEP_ROWS / Math.max(1, parts)))
}

function foundIn(row: Row): Found {
  return { place: numberIn(row, 'place'), signed: bytesIn(row, 'signed') }
}
