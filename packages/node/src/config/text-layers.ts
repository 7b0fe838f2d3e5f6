import { z } from 'zod'
import type { PathStart } from './absolute-paths.ts'
import { ConfigSyntaxError } from './errors.ts'
import { Layer } from './layer.ts'
import { findNearest } from './nearest.ts'
import type { Origin } from './origin.ts'
import { configLeaves, unwrap } from './tree.ts'
import type { Leaf } from './tree.ts'
import { readYamlText } from './yaml-document.ts'

const PREFIX = 'WAYSTONE_'
/** Chooses the preset. */
export const PRESET_VARIABLE = 'WAYSTONE_PRESET'
/** Names the configuration file. */
export const CONFIG_VARIABLE = 'WAYSTONE_CONFIG'
/** Variables that are no part of the configuration: secrets are read by the identity, the token by commands. */
const OTHER_VARIABLES = new Set([
  PRESET_VARIABLE,
  CONFIG_VARIABLE,
  'WAYSTONE_IDENTITY_PASSPHRASE',
  'WAYSTONE_POOL_POSTGRES',
  'WAYSTONE_ADMIN_TOKEN_FILE'
])

const leafByVariable = new Map([...configLeaves.values()].map(leaf => [leaf.variable, leaf]))

/** Environment variables by name. */
export type Environment = Record<string, string | undefined>

/** Every `WAYSTONE_*` variable sets one key; one that sets none is a problem. */
export function readEnvironment(env: Environment, init: PathStart): Layer {
  const layer = new Layer(init)
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || !name.startsWith(PREFIX) || OTHER_VARIABLES.has(name)) continue
    const origin: Origin = { kind: 'environment', name }
    const leaf = leafByVariable.get(name)
    if (leaf !== undefined) setText(layer, leaf, { text, origin })
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
export function readFlags(flags: Record<string, string>, names: Record<string, string>, init: PathStart): Layer {
  const layer = new Layer(init)
  for (const [path, text] of Object.entries(flags)) {
    const origin: Origin = { kind: 'flag', name: (Object.hasOwn(names, path) ? names[path] : undefined) ?? '--set' }
    const leaf = configLeaves.get(path)
    if (leaf === undefined) layer.addUnknown({ path, value: text, origin })
    else setText(layer, leaf, { text, origin })
  }
  return layer
}

function setText(layer: Layer, leaf: Leaf, { text, origin }: { text: string; origin: Origin }): void {
  try {
    layer.set({ leaf, value: readText(leaf, text), origin })
  } catch (error) {
    if (!(error instanceof ConfigSyntaxError)) throw error
    layer.addProblem({ path: leaf.path, value: text, message: `is not YAML: ${error.reason}`, origin })
  }
}

/**
 * What a text stands for where the schema wants no text: maps and lists of
 * maps are YAML, other lists are separated by commas, an empty text is an
 * empty one. A text that does not fit stays as it is, for the schema to refuse.
 */
function readText({ schema, path }: Leaf, text: string): unknown {
  const wanted = unwrap(schema)
  const isEmpty = text.trim() === ''
  if (wanted instanceof z.ZodBoolean) return text === 'true' || (text === 'false' ? false : text)
  if (wanted instanceof z.ZodNumber) return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  if (isMap(wanted)) return isEmpty ? {} : readYamlText(text, path)
  if (wanted instanceof z.ZodArray && isMap(wanted.element)) return isEmpty ? [] : readYamlText(text, path)
  if (isList(wanted) && !wanted.safeParse(text).success) return isEmpty ? [] : text.split(',').map(item => item.trim())
  return text
}

function isMap(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodRecord || schema instanceof z.ZodObject
}

function isList(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodArray || (schema instanceof z.ZodUnion && schema.options.some(isList))
}
