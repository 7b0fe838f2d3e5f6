import { functionsOf } from './entry-options.ts'
import type { EntryOptions } from './entry-options.ts'

/**
 * The overrides of an entry when some of them change; nothing if none does.
 *
 * @param before - asked only if it matters
 */
export async function changedFunctions(
  { allow, deny, clear = [] }: EntryOptions & { clear?: string[] },
  before: () => Promise<readonly string[]>
): Promise<string[] | undefined> {
  const given = functionsOf({ ...(allow && { allow }), ...(deny && { deny }) })
  if (given.length + clear.length === 0) return undefined
  const named = new Set([...given, ...clear].map(bare))
  return [...(await before()).filter(name => !named.has(bare(name))), ...given]
}

function bare(name: string): string {
  return name.replace(/^-/, '')
}
