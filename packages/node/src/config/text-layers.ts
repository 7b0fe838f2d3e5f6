import { z } from 'zod'
import { Layer } from './layer.ts'
import type { LayerInit } from './layer.ts'
import { findNearest } from './nearest.ts'
import type { Origin } from './origin.ts'
import { configLeaves, unwrap } from './tree.ts'

const PREFIX = 'WAYSTONE_'
/** Chooses the preset. */
export const PRESET_VARIABLE = 'WAYSTONE_PRESET'
/** Names the configuration file. */
export const CONFIG_VARIABLE = 'WAYSTONE_CONFIG'
/** Variables that are no part of the configuration: the passphrase is read by the identity, the token by commands. */
const OTHER_VARIABLES = new Set([
  PRESET_VARIABLE,
  CONFIG_VARIABLE,
  'WAYSTONE_IDENTITY_PASSPHRASE',
  'WAYSTONE_ADMIN_TOKEN_FILE'
])

const leafByVariable = new Map([...configLeaves.values()].map(leaf => [leaf.variable, leaf]))

/** Environment variables by name. */
export type Environment = Record<string, string | undefined>

/** Every `WAYSTONE_*` variable sets one key; one that sets none is a problem. */
export function readEnvironment(env: Environment, init: LayerInit): Layer {
  const layer = new Layer(init)
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || !name.startsWith(PREFIX) || OTHER_VARIABLES.has(name)) continue
    const origin: Origin = { kind: 'environment', name }
    const leaf = leafByVariable.get(name)
    if (leaf !== undefined) layer.set({ leaf, value: readText(leaf.schema, text), origin })
    else {
      const nearest = findNearest(name, [...leafByVariable.keys(), ...OTHER_VARIABLES])
      layer.addProblem({ path: name, value: text, message: 'unknown variable', nearest, origin })
    }
  }
  return layer
}

/**
 * Flags by dotted path.
 *
 * @param names - how the person wrote a flag, where that was not `--set`
 */
export function readFlags(flags: Record<string, string>, names: Record<string, string>, init: LayerInit): Layer {
  const layer = new Layer(init)
  for (const [path, text] of Object.entries(flags)) {
    const origin: Origin = { kind: 'flag', name: (Object.hasOwn(names, path) ? names[path] : undefined) ?? '--set' }
    const leaf = configLeaves.get(path)
    if (leaf === undefined) layer.addUnknown({ path, value: text, origin })
    else layer.set({ leaf, value: readText(leaf.schema, text), origin })
  }
  return layer
}

/**
 * What a text stands for where the schema wants no text: lists are separated
 * by commas, an empty text is an empty list. A text that does not fit stays
 * as it is, for the schema to refuse.
 */
function readText(schema: z.ZodType, text: string): unknown {
  const wanted = unwrap(schema)
  if (wanted instanceof z.ZodBoolean) return text === 'true' || (text === 'false' ? false : text)
  if (wanted instanceof z.ZodNumber) return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  if (isList(wanted) && !wanted.safeParse(text).success)
    return text.trim() === '' ? [] : text.split(',').map(item => item.trim())
  return text
}

function isList(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodArray || (schema instanceof z.ZodUnion && schema.options.some(isList))
}
