import { configLeaves } from './tree.ts'

/** Values below their keys, as in a file. */
export interface Nested {
  [key: string]: unknown
}

function isNested(value: unknown): value is Nested {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** From dotted paths of the schema to the nested shape that it checks, in its order. */
export function nestValues(valueOf: (path: string) => unknown): Nested {
  const root: Nested = {}
  for (const path of configLeaves.keys()) {
    const keys = path.split('.')
    const key = keys.pop() ?? ''
    const section = keys.reduce(sectionBelow, root)
    const value = valueOf(path)
    if (value !== undefined) section[key] = value
  }
  return root
}

function sectionBelow(parent: Nested, key: string): Nested {
  const existing = parent[key]
  if (isNested(existing)) return existing
  const section: Nested = {}
  parent[key] = section
  return section
}

/** The value at a dotted path; list items have their index as key. */
export function valueAt(root: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce((value, key) => (isNested(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined), root)
}
