import type { Completed, Place } from './places.ts'

/** Where on a command line a value stands: behind these words, all of which take the same values. */
export interface ValuePlace {
  /** Such as `waystone logs --level`. */
  paths: string[]
  value: Completed
}

/** The values of options, with those of the same kind together: one line of a script for each kind. */
export function valuePlaces(places: readonly Place[]): ValuePlace[] {
  const byKind = new Map<string, ValuePlace>()
  for (const { path, options } of places) {
    for (const { names, value } of options) {
      if (value === undefined) continue
      const key = JSON.stringify(value)
      const kind = byKind.get(key) ?? { paths: [], value }
      byKind.set(key, { ...kind, paths: [...kind.paths, ...names.map(name => `${path} ${name}`)] })
    }
  }
  return [...byKind.values()]
}

/** Text as one word of a shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** The paths that a command line can go on to, one word at a time. */
export function pathPatterns(places: readonly Place[]): string {
  return places
    .slice(1)
    .map(({ path }) => quoted(path))
    .join('|')
}
