import { LIBP2P_COMPONENTS } from './service-keys.ts'
import { ServiceKeyTakenError } from './errors.ts'
import type { PluginContext, Plugins, ServiceFactory } from '../plugins/plugin.ts'

/** The services that the config switches on, in the order of the plugin list. */
export async function createServices(
  plugins: Plugins,
  context: PluginContext
): Promise<Record<string, ServiceFactory>> {
  const entries = Object.entries(plugins)
  for (const [key] of entries) assertFree(key)
  const factories = await Promise.all(entries.map(([, plugin]) => plugin.create(context)))
  const services: Record<string, ServiceFactory> = {}
  for (const [index, [key]] of entries.entries()) {
    const factory = factories[index]
    if (factory !== undefined) services[key] = factory
  }
  return services
}

function assertFree(key: string): void {
  if (!LIBP2P_COMPONENTS.includes(key)) return
  throw new ServiceKeyTakenError(`a plugin is called ${key}, which is a part of libp2p itself`, {
    hint: 'give the plugin another name'
  })
}
