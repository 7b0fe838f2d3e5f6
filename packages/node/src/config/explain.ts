import { stringify } from 'yaml'
import { ConfigInvalidError } from './errors.ts'
import { Layer } from './layer.ts'
import type { LoadedConfig } from './load.ts'
import { valueAt } from './nesting.ts'
import { formatOrigin } from './origin.ts'
import type { Origin } from './origin.ts'
import { configLeaves } from './tree.ts'

/** One value and where it comes from. */
export interface ExplainedValue {
  path: string
  /** As a person would write it; undefined when nothing sets it. */
  value: unknown
  origin: Origin | undefined
  /** The origin for people: `relay.yaml:12 (preset)`, `WAYSTONE_LOG_LEVEL`, `built-in`, `not set`. */
  from: string
  /** The environment variable that would set it. */
  variable: string
  description: string
}

/** Every value of the schema, in its order. */
export function explainConfig({ input, origins }: LoadedConfig): ExplainedValue[] {
  return [...configLeaves.values()].map(({ path, variable, description }) => {
    const origin = origins.get(path)
    const from = origin === undefined ? 'not set' : formatOrigin(origin)
    return { path, value: valueAt(input, path), origin, from, variable, description }
  })
}

/**
 * One value, or every value of a section.
 *
 * @throws ConfigInvalidError when the path is unknown
 */
export function explainPath(loaded: LoadedConfig, path: string): ExplainedValue[] {
  const rows = explainConfig(loaded).filter(row => row.path === path || row.path.startsWith(`${path}.`))
  if (rows.length > 0) return rows
  const layer = new Layer({ folder: '', home: '' })
  layer.addUnknown({ path, value: undefined, origin: { kind: 'flag', name: path } })
  throw new ConfigInvalidError(layer.problems)
}

/** The whole configuration as YAML, which loads to the same configuration. */
export function printConfig({ input }: LoadedConfig): string {
  return stringify(input)
}
