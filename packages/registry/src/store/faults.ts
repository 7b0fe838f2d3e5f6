import { RegistryStoreError } from './errors.ts'

// the low byte of a result code (https://sqlite.org/rescode.html)
const PRIMARY_CODE = 0xff
const CORRUPT: readonly number[] = [11, 26]
const FULL = 13
const BUSY: readonly number[] = [5, 6]

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return undefined
  return error.errcode & PRIMARY_CODE
}

/** Whether the file is not, or no longer, a sound database. */
export function isCorrupt(error: unknown): boolean {
  const code = primaryCode(error)
  return code !== undefined && CORRUPT.includes(code)
}

/** An error of SQLite with a name and a hint; any other stays as it is. */
export function storeError(path: string, cause: unknown): unknown {
  const code = primaryCode(cause)
  if (code === undefined) return cause
  const { what, hint } = describe(code)
  return new RegistryStoreError(`the registry's database ${path} ${what}`, { hint, cause })
}

function describe(code: number): { what: string; hint: string } {
  if (CORRUPT.includes(code)) {
    return {
      what: 'is damaged',
      hint: 'It is made anew by itself; peers register again, and other registries bring the rest.'
    }
  }
  if (code === FULL) return { what: 'has no room left', hint: 'Free space on the disk that holds the data folder.' }
  if (BUSY.includes(code))
    return { what: 'is in use by another process', hint: 'Give each node a data folder of its own.' }
  return {
    what: 'cannot be opened, read or written',
    hint: 'Check that the folder exists, that this user may write to it, and that the disk is well.'
  }
}

/** Whether this is what {@link storeError} makes of a damaged file. */
export function isDamage(error: unknown): boolean {
  return error instanceof Error && isCorrupt(error.cause)
}
