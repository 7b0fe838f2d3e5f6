import { findNearest } from '@waystone/node/config'
import { oneLine } from '../text-table.ts'

/** Says on standard error which functions only a plugin can have, as they may be misspelt. */
export async function noteUnknownFunctions(names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  const { FUNCTION_NAMES } = await import('@waystone/trust-acl/offline')
  for (const note of notesOn(names, FUNCTION_NAMES)) process.stderr.write(`${note}\n`)
}

/** Names with a colon, such as `tunnel:web`, belong to a family. */
function notesOn(names: readonly string[], known: readonly string[]): string[] {
  const unknown = names.filter(name => !name.includes(':') && !known.includes(name))
  return unknown.map(name =>
    oneLine(
      `note: ${name} is no function of Waystone itself, but may be one of a plugin; ${findNearest(name, known)} is near`
    )
  )
}
