import { WaystoneError } from '@waystone/interface'

// `EXIT_START_FAILED` of @waystone/node, which stands above this package
const EXIT_START_FAILED = 3

/** Another process, or another datastore of this one, has the file open. */
export class DatastoreLockedError extends WaystoneError {
  static override readonly name = 'DatastoreLockedError'
  readonly exitCode = EXIT_START_FAILED
}

/** The file is not a database, or is a damaged one. */
export class DatastoreCorruptError extends WaystoneError {
  static override readonly name = 'DatastoreCorruptError'
  readonly exitCode = EXIT_START_FAILED
}

/** The file cannot be opened, read or written: its folder, its permissions or the device. */
export class DatastoreAccessError extends WaystoneError {
  static override readonly name = 'DatastoreAccessError'
  readonly exitCode = EXIT_START_FAILED
}

/** There was no room for a write. What was written before is safe. */
export class DiskFullError extends WaystoneError {
  static override readonly name = 'DiskFullError'
}

/** The datastore was used before `open` or after `close`. */
export class DatastoreClosedError extends WaystoneError {
  static override readonly name = 'DatastoreClosedError'
}

// the low byte of a result code (https://sqlite.org/rescode.html)
const PRIMARY_CODE = 0xff
const SQLITE = { PERM: 3, BUSY: 5, LOCKED: 6, READONLY: 8, IOERR: 10, CORRUPT: 11, FULL: 13, CANTOPEN: 14, NOTADB: 26 }

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return undefined
  return error.errcode & PRIMARY_CODE
}

/** For a file that is not, or no longer, a sound database. */
export function corruptError(path: string, cause: unknown): DatastoreCorruptError {
  return new DatastoreCorruptError(`${path} is damaged or not a database`, {
    hint:
      'Move the file away, together with those beside it that end in -wal and -shm, and start again. ' +
      'What the node has learned about peers and records is then lost and learned anew; its identity key is elsewhere and stays.',
    cause
  })
}

/** Gives an error of SQLite its name and a hint; any other stays as it is. */
export function translateSqliteError(path: string, cause: unknown): unknown {
  switch (primaryCode(cause)) {
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
      return new DatastoreLockedError(`${path} is in use by another process`, {
        hint: 'Stop the other node, or give this one a data folder of its own.',
        cause
      })
    case SQLITE.CORRUPT:
    case SQLITE.NOTADB:
      return corruptError(path, cause)
    case SQLITE.FULL:
      return new DiskFullError(`no room left to write ${path}`, {
        hint: 'Free space on the disk that holds the data folder. Nothing that was stored before is lost.',
        cause
      })
    case SQLITE.PERM:
    case SQLITE.READONLY:
    case SQLITE.IOERR:
    case SQLITE.CANTOPEN:
      return new DatastoreAccessError(`${path} cannot be opened, read or written`, {
        hint: 'Check that the folder exists, that this user may write to it, and that the disk is well.',
        cause
      })
    default:
      return cause
  }
}
