import { LIBP2P_COMPONENTS, SERVICE_KEYS } from '../libp2p/service-keys.ts'
import { PluginNameTakenError } from './errors.ts'
import { loadPlugin, takePlugin } from './load-plugin.ts'
import { toError } from '@waystone/kit/error-fields'
import type { Clock } from '@waystone/interface'
import type { GivenPlugin, LoadedPlugin, NamedPlugin } from './load-plugin.ts'

/** A plugin that can run, or one that cannot and need not. */
export interface PluginEntry {
  package: string
  optional: boolean
  loaded: LoadedPlugin | Error
}

export interface PluginList {
  given: readonly GivenPlugin[]
  named: readonly NamedPlugin[]
}

/**
 * Loads one plugin after the other and checks that no two clash by name.
 *
 * @throws what keeps the first one that is not optional from being loaded; see `loadPlugin`
 * @throws PluginNameTakenError
 */
export async function loadPlugins({ given, named }: PluginList, clock: Clock): Promise<PluginEntry[]> {
  const entries: PluginEntry[] = []
  for (const one of given) entries.push(await load(one.plugin.name, one, () => takePlugin(one), entries))
  for (const one of named) entries.push(await load(one.package, one, () => loadPlugin(one, clock), entries))
  return entries
}

async function load(
  name: string,
  { optional = false }: { optional?: boolean | undefined },
  work: () => LoadedPlugin | Promise<LoadedPlugin>,
  earlier: readonly PluginEntry[]
): Promise<PluginEntry> {
  try {
    const loaded = await work()
    assertFree(loaded, earlier)
    return { package: name, optional, loaded }
  } catch (error) {
    if (!optional) throw error
    return { package: name, optional, loaded: toError(error) }
  }
}

function assertFree({ name, package: own }: LoadedPlugin, earlier: readonly PluginEntry[]): void {
  const other = earlier.find(({ loaded }) => !(loaded instanceof Error) && loaded.name === name)
  if (other !== undefined) throw taken(own, name, `also the name of ${other.package}`)
  if (LIBP2P_COMPONENTS.includes(name)) throw taken(own, name, 'a part of libp2p')
  if (Object.values<string>(SERVICE_KEYS).includes(name)) throw taken(own, name, 'a service of the node')
}

function taken(own: string, name: string, what: string): PluginNameTakenError {
  return new PluginNameTakenError(`the plugin ${own} is called ${name}, which is ${what}`, {
    hint: 'remove one of the two, or ask its author for another name'
  })
}
