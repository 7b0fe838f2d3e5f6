import { stringify } from 'yaml'
import type { LoadedConfig } from './load.ts'
import { valueAt } from './nesting.ts'
import { formatOrigin } from './origin.ts'
import { configLeaves } from './tree.ts'

/** A configuration, and how it came about where that is known. */
export type DescribableConfig = Pick<LoadedConfig, 'config'> & Partial<Pick<LoadedConfig, 'input' | 'origins'>>

/** A configuration for people and programs; nothing in it is secret, since secrets are in files. */
export interface DescribedConfig {
  /** Loads to the same configuration, if how it was written is known. */
  yaml: string
  /** Every key that has a value, in the order of the schema. */
  values: DescribedValue[]
}

export interface DescribedValue {
  /** Dotted path. */
  path: string
  /** JSON. */
  value: string
  /** Such as `relay.yaml:12 (preset)`, `WAYSTONE_LOG_LEVEL` or `built-in`. */
  origin: string
}

/**
 * What the operator is told about the configuration in force. Without `input`
 * durations are in milliseconds and sizes in bytes, without `origins` every
 * value is `given`. Pure.
 */
export function describeConfig({ config, input, origins }: DescribableConfig): DescribedConfig {
  const written = input ?? config
  const values = [...configLeaves.keys()].flatMap(path => {
    const value = valueAt(written, path)
    const origin = origins?.get(path)
    if (value === undefined) return []
    return [{ path, value: JSON.stringify(value), origin: origin === undefined ? 'given' : formatOrigin(origin) }]
  })
  return { yaml: stringify(written), values }
}
