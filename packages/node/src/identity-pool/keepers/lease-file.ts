import { statSync } from 'node:fs'
import { join } from 'node:path'
import { PoolFolderError } from '../errors.ts'
import type { DatabaseSync } from 'node:sqlite'

export const LEASE_FILE_NAME = 'leases.sqlite'

/** Bytes of the file, and of each of those that SQLite keeps beside it: twenty pools of a thousand slots. It is read at once, and blocks this process. */
const MAX_BYTES = 4 * 2 ** 20
const BESIDE = ['-journal', '-wal']

/** Nodes of other versions read this too: a file whose table was made by other words is not used. */
export const TABLE = `
  CREATE TABLE IF NOT EXISTS leases (
    pool TEXT NOT NULL,
    slot INTEGER NOT NULL,
    holder BLOB,
    fence INTEGER NOT NULL,
    beat INTEGER NOT NULL,
    free_ms INTEGER NOT NULL,
    label TEXT NOT NULL,
    renewed INTEGER NOT NULL,
    PRIMARY KEY (pool, slot)
  ) STRICT, WITHOUT ROWID
`
/** As SQLite writes it down. */
const TABLE_KEPT = oneLine(TABLE.replace('IF NOT EXISTS ', ''))

/** Before it is opened: SQLite reads whatever is there. @throws PoolFolderError */
export function assertSmall(folder: string): void {
  for (const end of ['', ...BESIDE]) {
    const name = `${LEASE_FILE_NAME}${end}`
    const { size = 0 } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {}
    if (size > MAX_BYTES) throw tampered(folder, `${name} is larger than ${MAX_BYTES} bytes`)
  }
}

/**
 * Triggers, views and other tables run what somebody else wrote, for as long as that likes.
 *
 * @throws PoolFolderError
 */
export function assertOnlyLeases(folder: string, db: DatabaseSync): void {
  const kept = db.prepare('SELECT type, name, sql FROM sqlite_schema LIMIT 2').all()
  const [table] = kept
  if (table === undefined) throw tampered(folder, 'its database holds no leases')
  const isOurs = kept.length === 1 && typeof table['sql'] === 'string' && oneLine(table['sql']) === TABLE_KEPT
  if (!isOurs) throw tampered(folder, 'its database holds something else than leases')
}

/** The leases are not as nodes of a pool leave them. */
export function tampered(folder: string, what: string): PoolFolderError {
  return new PoolFolderError(`The folder of the leases cannot be used: ${folder}: ${what}`, {
    hint: `see who else may write there; stop the nodes of the pool, delete ${LEASE_FILE_NAME} and what lies beside it, and start them again: it is made anew`
  })
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
