/**
 * A datastore in one SQLite file, for what a node must remember over a restart.
 *
 * @example
 * const datastore = new SqliteDatastore({ path: '/var/lib/waystone/datastore.db' })
 * await datastore.open()
 * await datastore.put(new Key('/peers/a'), bytes)
 * await datastore.close()
 *
 * @packageDocumentation
 */
import { DatabaseSync } from 'node:sqlite'
import { NotFoundError } from '@libp2p/interface'
import { BaseDatastore } from 'datastore-core'
import { Key } from 'interface-datastore'
import { keyRange, successor } from './key-range.ts'
import { corruptError, DatastoreClosedError, translateSqliteError } from './sqlite-errors.ts'
import type { StatementSync } from 'node:sqlite'
import type { AbortOptions } from '@libp2p/interface'
import type { Batch, KeyQuery, Pair, Query } from 'interface-datastore'

export {
  DatastoreAccessError,
  DatastoreClosedError,
  DatastoreCorruptError,
  DatastoreLockedError,
  DiskFullError
} from './sqlite-errors.ts'

export interface SqliteDatastoreInit {
  /** The file, made when it is missing (its folder must exist), or `:memory:`. */
  path: string
}

// exclusive locking must come first: the file is then locked from the first access on.
// In WAL mode `NORMAL` keeps every commit when the process is killed; when the power
// fails the last ones may be missing, never half of one (https://sqlite.org/wal.html).
const SETUP = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  BEGIN EXCLUSIVE;
  CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
  COMMIT;
`

function prepareAll(db: DatabaseSync): Record<'get' | 'has' | 'put' | 'delete' | 'next' | 'nextKey', StatementSync> {
  const next = 'FROM entries WHERE key >= ? AND key < ? ORDER BY key LIMIT 1'
  return {
    get: db.prepare('SELECT value FROM entries WHERE key = ?'),
    has: db.prepare('SELECT 1 FROM entries WHERE key = ?'),
    put: db.prepare('INSERT INTO entries VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value'),
    delete: db.prepare('DELETE FROM entries WHERE key = ?'),
    next: db.prepare(`SELECT key, value ${next}`),
    nextKey: db.prepare(`SELECT key ${next}`)
  }
}

type Statements = ReturnType<typeof prepareAll>

interface Opened {
  db: DatabaseSync
  statements: Statements
}

type Row = NonNullable<ReturnType<StatementSync['get']>>

function bytesIn(row: Row, column: 'key' | 'value'): Uint8Array {
  const bytes = row[column]
  if (bytes instanceof Uint8Array) return bytes
  // the STRICT table holds nothing else
  throw new TypeError(`${column} is not a blob`)
}

function openFile(path: string): Opened {
  const db = new DatabaseSync(path, { timeout: 0 })
  try {
    db.exec(SETUP)
    const found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
    if (found !== 'ok') throw corruptError(path, new Error(String(found)))
    return { db, statements: prepareAll(db) }
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * An `interface-datastore` on `node:sqlite`.
 *
 * While it is open the file is locked, so it is also the lock of the data
 * folder; the lock goes with the process, however that ends. Every call runs to
 * its end at once and blocks the event loop for that long: keep values small.
 *
 * @throws DatastoreLockedError - from `open`
 * @throws DatastoreCorruptError - from `open`, and from any call that meets a damaged page
 * @throws DatastoreAccessError
 * @throws DiskFullError - from writes; the write did not happen
 * @throws DatastoreClosedError
 */
export class SqliteDatastore extends BaseDatastore {
  readonly #path: string
  #opened: Opened | undefined

  constructor(init: SqliteDatastoreInit) {
    super()
    this.#path = init.path
  }

  /** Opens and checks the file, which reads all of it. Does nothing when it is open. */
  async open(): Promise<void> {
    this.#opened ??= this.#translated(() => openFile(this.#path))
  }

  /** Does nothing when it is closed. It may be opened again. */
  async close(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    this.#translated(() => opened?.db.close())
  }

  override async put(key: Key, value: Uint8Array, options?: AbortOptions): Promise<Key> {
    this.#run(options, ({ put }) => put.run(key.uint8Array(), value))
    return key
  }

  override async get(key: Key, options?: AbortOptions): Promise<Uint8Array> {
    const row = this.#run(options, ({ get }) => get.get(key.uint8Array()))
    if (row === undefined) throw new NotFoundError(`nothing is stored under ${key.toString()}`)
    return bytesIn(row, 'value')
  }

  override async has(key: Key, options?: AbortOptions): Promise<boolean> {
    return this.#run(options, ({ has }) => has.get(key.uint8Array())) !== undefined
  }

  override async delete(key: Key, options?: AbortOptions): Promise<void> {
    this.#run(options, statements => statements.delete.run(key.uint8Array()))
  }

  /** All of a batch is stored, in the order of the calls, or nothing of it. */
  override batch(): Batch {
    let steps: ((statements: Statements) => unknown)[] = []
    return {
      put: (key, value) => void steps.push(({ put }) => put.run(key.uint8Array(), value)),
      delete: key => void steps.push(statements => statements.delete.run(key.uint8Array())),
      commit: async options => {
        this.#transact(options, steps)
        steps = []
      }
    }
  }

  override async *_all(query: Query, options?: AbortOptions): AsyncGenerator<Pair> {
    for (const row of this.#rows('next', query.prefix, options)) {
      yield { key: new Key(bytesIn(row, 'key')), value: bytesIn(row, 'value') }
    }
  }

  override async *_allKeys(query: KeyQuery, options?: AbortOptions): AsyncGenerator<Key> {
    for (const row of this.#rows('nextKey', query.prefix, options)) yield new Key(bytesIn(row, 'key'))
  }

  // each step is a search of its own, so that the consumer may write in between
  *#rows(step: 'next' | 'nextKey', prefix: string | undefined, options?: AbortOptions): Generator<Row> {
    const { first, end } = keyRange(prefix)
    for (let from = first; ;) {
      const row = this.#run(options, statements => statements[step].get(from, end))
      if (row === undefined) return
      yield row
      from = successor(bytesIn(row, 'key'))
    }
  }

  #transact(options: AbortOptions | undefined, steps: ((statements: Statements) => unknown)[]): void {
    this.#run(options, (statements, db) => {
      db.exec('BEGIN IMMEDIATE')
      try {
        for (const step of steps) step(statements)
        db.exec('COMMIT')
      } finally {
        // SQLite itself rolls back when the disk is full
        if (db.isTransaction) db.exec('ROLLBACK')
      }
    })
  }

  #run<T>(options: AbortOptions | undefined, work: (statements: Statements, db: DatabaseSync) => T): T {
    options?.signal?.throwIfAborted()
    const opened = this.#opened
    if (opened === undefined) throw new DatastoreClosedError(`${this.#path} is not open`)
    return this.#translated(() => work(opened.statements, opened.db))
  }

  #translated<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw translateSqliteError(this.#path, error)
    }
  }
}
