import { TrustFunctionInvalidError } from '../database/errors.ts'

/**
 * Overrides from text: `offer-relay` allows, `-offer-relay` denies.
 *
 * @throws TrustFunctionInvalidError
 */
export function readOverrides(texts: readonly string[]): Record<string, boolean> {
  const overrides = new Map<string, boolean>()
  for (const text of texts) {
    const allows = !text.startsWith('-')
    const name = allows ? text : text.slice(1)
    if (overrides.get(name) === !allows)
      throw new TrustFunctionInvalidError(`${JSON.stringify(name.slice(0, 64))} is both allowed and denied`)
    overrides.set(name, allows)
  }
  return Object.fromEntries(overrides)
}

/** The same as text, in the order of the names. */
export function writeOverrides(overrides: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(overrides)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, allows]) => (allows ? name : `-${name}`))
}
