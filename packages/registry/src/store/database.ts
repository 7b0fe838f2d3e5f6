import { DatabaseSync } from 'node:sqlite'
import { rmSync } from 'node:fs'
import { PAGE_BYTES } from './constants.ts'
import { RegistryClosedError } from './errors.ts'
import { isCorrupt, storeError } from './faults.ts'
import { SETTINGS, tablesFor, versionOf } from './tables.ts'
import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import type { KindSet } from '../kinds/contract.ts'

export interface DatabaseInit {
  /** The file, made when it is missing, or `:memory:`. */
  path: string
  kinds: KindSet
  /** What the file may grow to, in bytes. */
  maxFileBytes: number
}

export type Row = Record<string, SQLOutputValue>

/** The statements of a registry on one file, which is made anew when it is damaged or was made for other kinds. */
export class RegistryDatabase {
  readonly #init: DatabaseInit
  #path: string
  /** Of fixed text alone: that of filters comes from outside, and there is no end to it. */
  readonly #statements = new Map<string, StatementSync>()
  #db: DatabaseSync | undefined

  constructor(init: DatabaseInit) {
    this.#init = init
    this.#path = init.path
  }

  /** @throws RegistryStoreError */
  open(): void {
    this.#path = this.#init.path
    try {
      if (this.#openOnce()) return
    } catch (error) {
      this.close()
      if (!isCorrupt(error)) throw this.#translated(error)
    }
    this.openAnew()
  }

  /** Forgets what was there. @throws RegistryStoreError */
  openAnew(): void {
    this.close()
    try {
      this.#remove()
      this.#openOnce()
    } catch (error) {
      this.close()
      throw this.#translated(error)
    }
  }

  /** Where even that fails: it serves until it is opened again. */
  openInMemory(): void {
    this.close()
    this.#path = IN_MEMORY
    this.#openOnce()
  }

  close(): void {
    this.#statements.clear()
    const db = this.#db
    this.#db = undefined
    try {
      db?.close()
    } catch {
      // a damaged file may not let itself be closed in order; it is closed all the same
    }
  }

  get(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.run(() => this.#fixed(sql).get(...parameters))
  }

  all(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.run(() => this.#fixed(sql).all(...parameters))
  }

  /** Says how many rows changed. */
  write(sql: string, ...parameters: SQLInputValue[]): number {
    return Number(this.run(() => this.#fixed(sql).run(...parameters)).changes)
  }

  /** Row by row, of fixed text. */
  *each(sql: string): Generator<Row> {
    try {
      yield* this.#fixed(sql).iterate()
    } catch (error) {
      throw this.#translated(error)
    }
  }

  /** For text from outside that is asked again and again by one who keeps what is returned: preparing takes most of the time. */
  kept(sql: string): (parameters: readonly SQLInputValue[]) => Row[] {
    let kept: { statement: StatementSync; db: DatabaseSync } | undefined
    return parameters =>
      this.run(() => {
        const db = this.#open()
        if (kept?.db !== db) kept = { statement: db.prepare(sql), db }
        return kept.statement.all(...parameters)
      })
  }

  /** For text that is made for one use. */
  once(sql: string, parameters: readonly SQLInputValue[]): Row[] {
    return this.run(() =>
      this.#open()
        .prepare(sql)
        .all(...parameters)
    )
  }

  /** All of it happens, or nothing. */
  transaction<T>(work: () => T): T {
    const db = this.#open()
    this.run(() => db.exec('BEGIN IMMEDIATE'))
    try {
      const result = work()
      this.run(() => db.exec('COMMIT'))
      return result
    } catch (error) {
      // SQLite itself rolls back when the disk is full
      if (db.isOpen && db.isTransaction) rollBack(db)
      throw error
    }
  }

  /** @throws RegistryStoreError, RegistryClosedError */
  run<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw this.#translated(error)
    }
  }

  /** Says whether the file is for these kinds. */
  #openOnce(): boolean {
    const { maxFileBytes, kinds } = this.#init
    const db = new DatabaseSync(this.#path, { timeout: 0 })
    this.#db = db
    db.exec(SETTINGS)
    db.exec(`PRAGMA max_page_count = ${Math.ceil(maxFileBytes / PAGE_BYTES)}`)
    const version = versionOf(kinds.values())
    const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
    if (isEmpty) makeTables(db, kinds, version)
    return isEmpty || storedVersion(db) === version
  }

  #remove(): void {
    if (this.#path === IN_MEMORY) return
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${this.#path}${end}`, { force: true })
  }

  #fixed(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#open().prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #open(): DatabaseSync {
    if (this.#db !== undefined) return this.#db
    throw new RegistryClosedError('the registry is not open')
  }

  #translated(error: unknown): unknown {
    return storeError(this.#path, error)
  }
}

const IN_MEMORY = ':memory:'

function makeTables(db: DatabaseSync, kinds: KindSet, version: string): void {
  db.exec(`BEGIN EXCLUSIVE; ${tablesFor(kinds.values())}`)
  db.prepare('INSERT INTO meta VALUES (?)').run(version)
  db.exec('COMMIT')
}

function rollBack(db: DatabaseSync): void {
  try {
    db.exec('ROLLBACK')
  } catch {
    // of a damaged file: what went wrong before is what is told
  }
}

function storedVersion(db: DatabaseSync): unknown {
  const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get()
  return known === undefined ? undefined : db.prepare('SELECT kinds FROM meta').get()?.['kinds']
}
