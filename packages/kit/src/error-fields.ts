/**
 * Reads what was caught, whatever it is. Callers tell errors apart by name,
 * never by `instanceof`: two copies of a package may be loaded at once.
 *
 * @packageDocumentation
 */

/** The stable name of an error; `Error` when something else was thrown. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error'
}

/** What an error says, or what else was thrown as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The code that the system gave, such as `ENOENT`; undefined when there is none. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** What a person can do about an error; undefined when it does not say. */
export function hintOf(error: unknown): string | undefined {
  return error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined
}

/** The error itself, or what else was thrown as one. */
export function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
