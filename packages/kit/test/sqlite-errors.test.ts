import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { translateSqliteError } from '../src/sqlite-errors.ts'

function errorOf(work: () => void): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

describe("SQLite's errors", () => {
  it('name a full disk and keep their cause', () => {
    using db = new DatabaseSync(':memory:')
    db.exec('CREATE TABLE entries (value BLOB); PRAGMA max_page_count = 4')
    const full = errorOf(() => db.prepare('INSERT INTO entries VALUES (?)').run(new Uint8Array(100_000)))
    expect(translateSqliteError('/data/a.db', full)).toMatchObject({
      name: 'DiskFullError',
      message: 'no room left to write /data/a.db',
      hint: expect.stringContaining('Free space') as string,
      cause: full
    })
  })

  it.each([
    [5 + 256, 'DatastoreLockedError'],
    [11 + 256, 'DatastoreCorruptError'],
    [10 + 8 * 256, 'DatastoreAccessError']
  ])('keep their name with the extended code %d', (errcode, name) => {
    expect(translateSqliteError('a.db', Object.assign(new Error('x'), { errcode }))).toMatchObject({ name })
  })

  it('stay as they are when they are nothing a person can mend', () => {
    using db = new DatabaseSync(':memory:')
    const syntax = errorOf(() => db.exec('NO SUCH STATEMENT'))
    expect(translateSqliteError('a.db', syntax)).toBe(syntax)
    expect(translateSqliteError('a.db', undefined)).toBeUndefined()
  })
})
