import type { ConfiguredPlugin, DefinedPlugin, PluginConfigIssues } from '@waystone/plugin'

/**
 * The plugin with its config. A misspelt key must not be lost silently, so
 * object schemas are taken for strict ones unless they say that they are loose.
 */
export function configure(plugin: DefinedPlugin, config: unknown): ConfiguredPlugin {
  const unknown = [...unknownKeys(plugin.config, config, [])]
  const configured = plugin.configure(config)
  if (unknown.length === 0) return configured
  // a strict schema has said so itself
  const said = configured.success ? [] : configured.issues
  if (said.some(({ message }) => /unrecognized key/i.test(message))) return configured
  return { success: false, issues: [...said, ...unknown] }
}

type Path = readonly PropertyKey[]

/**
 * Keys that no object schema names. Any copy and version (3 or 4) of zod may
 * have made the schema, so only its public parts are looked at; what lies in a
 * union or behind a transformation is left to the schema.
 */
function* unknownKeys(schema: unknown, value: unknown, path: Path): Iterable<PluginConfigIssues[number]> {
  const inner = unwrap(schema)
  if (Array.isArray(value)) {
    const element = read(inner, 'element')
    for (const [index, item] of value.entries()) yield* unknownKeys(element, item, [...path, index])
  } else if (isObject(value) && isObject(read(inner, 'shape'))) {
    yield* unknownIn(inner, value, path)
  }
}

function* unknownIn(schema: unknown, value: object, path: Path): Iterable<PluginConfigIssues[number]> {
  const shape = read(schema, 'shape')
  for (const [key, item] of Object.entries(value)) {
    if (isObject(shape) && Object.hasOwn(shape, key)) yield* unknownKeys(read(shape, key), item, [...path, key])
    else if (!isLoose(schema)) yield { path: [...path, key], message: 'unknown key' }
  }
}

/** The schema in an optional, a default and the like. */
function unwrap(schema: unknown): unknown {
  for (let inner = schema, depth = 0; depth < 16; depth++) {
    if (read(inner, 'shape') !== undefined || read(inner, 'element') !== undefined) return inner
    const next = read(read(inner, '_def'), 'innerType')
    if (next === undefined) return inner
    inner = next
  }
  return undefined
}

function isLoose(schema: unknown): boolean {
  const definition = read(schema, '_def')
  if (read(definition, 'unknownKeys') === 'passthrough') return true
  const rest = read(read(definition, 'catchall'), '_def')
  return rest !== undefined && read(rest, 'type') !== 'never' && read(rest, 'typeName') !== 'ZodNever'
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function read(value: unknown, key: string): unknown {
  return isObject(value) ? Reflect.get(value, key) : undefined
}
