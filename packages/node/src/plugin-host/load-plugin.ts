import { abortable, createDeadline } from '@waystone/kit'
import { PLUGIN_API_VERSION, pluginSymbol } from '@waystone/plugin'
import { configure } from './check-config.ts'
import { LOAD_TIMEOUT_MS } from './constants.ts'
import { NotAPluginError, PluginApiVersionError, PluginConfigInvalidError, pluginFailure } from './errors.ts'
import { findPackage } from './find-package.ts'
import type { Clock } from '@waystone/interface'
import type { ConfiguredPlugin, DefinedPlugin } from '@waystone/plugin'

/** A plugin as the config names it. */
export interface NamedPlugin {
  /** Name of a package, or a path. */
  package: string
  config?: Readonly<Record<string, unknown>> | undefined
  optional?: boolean | undefined
  /** The folder in which it is looked for; default: the working folder. */
  from?: string | undefined
}

/** A plugin that need not be found: it is already there. */
export interface GivenPlugin {
  plugin: DefinedPlugin
  config?: Readonly<Record<string, unknown>> | undefined
  optional?: boolean | undefined
}

/** A plugin that passed every check that can be made before it runs. */
export interface LoadedPlugin {
  name: string
  package: string
  version: string
  components: readonly string[]
  create: Extract<ConfiguredPlugin, { success: true }>['create']
}

/**
 * Imports a package that the config names and checks what it exports.
 *
 * @throws PluginNotFoundError, PluginFailedError, NotAPluginError, PluginApiVersionError, PluginConfigInvalidError
 */
export async function loadPlugin(named: NamedPlugin, clock: Clock): Promise<LoadedPlugin> {
  const { url, version } = await findPackage(named.package, named.from ?? process.cwd())
  const exported = await importDefault(named.package, url, clock)
  return check(exported, { ...named, version })
}

/** The same checks for a plugin that is already there. */
export function takePlugin({ plugin, config }: GivenPlugin): LoadedPlugin {
  return check(plugin, { package: plugin.name, version: '', config })
}

async function importDefault(name: string, url: string, clock: Clock): Promise<unknown> {
  using deadline = createDeadline({ ms: LOAD_TIMEOUT_MS, what: 'loading it', clock })
  try {
    const module: unknown = await abortable(import(url), deadline.signal)
    return Reflect.get(Object(module), 'default')
  } catch (cause) {
    throw pluginFailure(name, 'load', cause)
  }
}

interface Origin {
  package: string
  version: string
  config?: Readonly<Record<string, unknown>> | undefined
}

function check(exported: unknown, origin: Origin): LoadedPlugin {
  if (!isPlugin(exported)) throw notAPlugin(origin.package)
  const { name, apiVersion, components } = exported
  if (apiVersion !== PLUGIN_API_VERSION) throw otherVersion(origin.package, apiVersion)
  const configured = configureNamed(exported, origin)
  if (!configured.success) throw badConfig(origin.package, configured.issues)
  return {
    name,
    package: origin.package,
    version: origin.version,
    components,
    create: parts => configured.create(parts)
  }
}

/** A schema that is asynchronous, for example, throws. */
function configureNamed(plugin: DefinedPlugin, origin: Origin): ConfiguredPlugin {
  try {
    return configure(plugin, origin.config ?? {})
  } catch (cause) {
    throw pluginFailure(origin.package, 'load', cause)
  }
}

function isPlugin(value: unknown): value is DefinedPlugin {
  return typeof value === 'object' && value !== null && pluginSymbol in value
}

function notAPlugin(name: string): NotAPluginError {
  return new NotAPluginError(`the default export of ${name} is no plugin`, {
    hint: 'it must be an ES module whose default export definePlugin of @waystone/plugin made'
  })
}

function otherVersion(name: string, version: number): PluginApiVersionError {
  const newer = version > PLUGIN_API_VERSION
  return new PluginApiVersionError(
    `${name} is written for version ${version} of the plugin API, and this node has version ${PLUGIN_API_VERSION}`,
    {
      hint: newer
        ? 'update Waystone, or install an older version of the plugin'
        : 'install a newer version of the plugin'
    }
  )
}

function badConfig(name: string, issues: Extract<ConfiguredPlugin, { success: false }>['issues']): Error {
  const lines = issues.map(({ path, message }) => `  ${['config', ...path.map(String)].join('.')}: ${message}`)
  return new PluginConfigInvalidError(`the config of the plugin ${name} is wrong:\n${lines.join('\n')}`, {
    hint: `see the README of ${name} for what it takes`
  })
}
