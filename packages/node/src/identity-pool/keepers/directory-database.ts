import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { LeaseKeeperUnreachableError, PoolFolderError } from '../errors.ts'
import { assertOnlyLeases, assertSmall, LEASE_FILE_NAME, TABLE } from './lease-file.ts'
import type { Random } from '@waystone/interface'

/** How long one call may wait for the lock of another process, in milliseconds: it blocks this process for that long. */
const BUSY_MS = 20

// a journal that stays is written over: a disk that has become full does not keep a holder from renewing
const SETUP = 'PRAGMA trusted_schema = OFF; PRAGMA journal_mode = PERSIST; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE'

// the low byte of a result code (https://sqlite.org/rescode.html)
const PRIMARY_CODE = 0xff
const REASONS: Readonly<Record<number, string>> = {
  3: 'this user may not use it',
  8: 'it is read-only',
  10: 'it cannot be read or written',
  11: 'its database is damaged',
  13: 'its disk is full',
  14: 'it is not there, or this user may not write to it',
  26: 'what is in the place of its database is none'
}
const BUSY = new Set([5, 6])

/**
 * Runs one transaction on the leases in a folder, alone among all processes that use it. The file is opened anew each
 * time: a handle that stayed open would go on with a file that somebody has moved away or put another one in place of.
 *
 * @param create - false for holders: a folder without leases then is one that is not mounted
 * @throws LeaseKeeperUnreachableError - another process has the lock at this moment
 * @throws PoolFolderError
 */
export function transact<T>(folder: string, { create }: { create: boolean }, work: (db: DatabaseSync) => T): T {
  let db: DatabaseSync | undefined
  try {
    assertSmall(folder)
    db = new DatabaseSync(addressOf(folder, create), { timeout: BUSY_MS, defensive: true })
    db.exec(SETUP)
    if (create) db.exec(TABLE)
    assertOnlyLeases(folder, db)
    const result = work(db)
    db.exec('COMMIT')
    return result
  } catch (cause) {
    throw named(folder, cause)
  } finally {
    db?.close()
  }
}

/** What tells this file of leases from others, in a transaction: SQLite keeps a number for its users, which is 0 at first. */
export function numberOf(db: DatabaseSync, random: Pick<Random, 'bytes'>): bigint {
  const { user_version: kept } = db.prepare('PRAGMA user_version').get() ?? {}
  if (kept !== 0) return BigInt.asUintN(32, BigInt(Number(kept)))
  const made = Buffer.from(random.bytes(4)).readInt32BE() || 1
  db.exec(`PRAGMA user_version = ${made}`)
  return BigInt.asUintN(32, BigInt(made))
}

/** Whether to look for leases in a folder: none are there before a first node has come. A folder that is missing is looked at, and named. */
export function hasLeases(folder: string): boolean {
  return !existsSync(folder) || existsSync(join(folder, LEASE_FILE_NAME))
}

function addressOf(folder: string, create: boolean): URL {
  const url = pathToFileURL(join(folder, LEASE_FILE_NAME))
  url.searchParams.set('mode', create ? 'rwc' : 'rw')
  return url
}

function named(folder: string, cause: unknown): unknown {
  if (!(cause instanceof Error && 'errcode' in cause && typeof cause.errcode === 'number')) return cause
  const code = cause.errcode & PRIMARY_CODE
  if (BUSY.has(code)) {
    const hint = 'it is tried again; if it lasts, see which process hangs with the folder open'
    return new LeaseKeeperUnreachableError(`the leases in ${folder} are locked by another process`, { hint, cause })
  }
  return new PoolFolderError(`The folder of the leases cannot be used: ${folder}: ${REASONS[code] ?? cause.message}`, {
    hint: 'it has to be there (it is never made, since it may be a share that is not mounted), on a disk with space left, for this user to write to',
    cause
  })
}
