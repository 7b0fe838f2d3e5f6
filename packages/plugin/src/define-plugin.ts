import { WaystoneError } from '@waystone/interface'
import type { PluginComponentName } from './components.ts'
import type { ConfiguredPlugin, DefinedPlugin, PluginDefinition } from './contract.ts'

/** Goes up when a plugin that was written for the version before would no longer run. */
export const PLUGIN_API_VERSION = 1

/**
 * Marks what {@link definePlugin} made. Registered under a name: a plugin brings
 * its own copy of this package.
 */
export const pluginSymbol: unique symbol = Symbol.for('@waystone/plugin')

/** A definition cannot be that of a plugin. */
export class PluginInvalidError extends WaystoneError {
  static override readonly name = 'PluginInvalidError'
}

const NAME = /^[a-z][a-z0-9-]{0,31}$/

/**
 * Makes a plugin; export it as the default of a package.
 *
 * @throws PluginInvalidError
 */
export function definePlugin<C, const K extends PluginComponentName = never>(
  definition: PluginDefinition<C, K>
): DefinedPlugin {
  const { name, apiVersion = PLUGIN_API_VERSION, config, components = [] } = definition
  check(
    typeof name === 'string' && NAME.test(name),
    `${JSON.stringify(name)} is no name: 1-32 of a-z, 0-9 and -, a letter first`
  )
  check(Number.isSafeInteger(apiVersion), `${name}: apiVersion must be a whole number`)
  check(typeof Object(config).safeParse === 'function', `${name}: config must be a schema, such as z.strictObject({})`)
  check(typeof definition.create === 'function', `${name}: create must be a function`)
  const configure = (value: unknown): ConfiguredPlugin => configureWith(definition, value)
  return Object.freeze({ [pluginSymbol]: true, name, apiVersion, config, components: [...components], configure })
}

function configureWith<C, K extends PluginComponentName>(
  definition: PluginDefinition<C, K>,
  value: unknown
): ConfiguredPlugin {
  const checked = definition.config.safeParse(value)
  if (!checked.success) return { success: false, issues: checked.error.issues }
  return { success: true, create: parts => definition.create({ ...parts, config: checked.data }) }
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new PluginInvalidError(message, { hint: 'see PluginDefinition of @waystone/plugin' })
}
