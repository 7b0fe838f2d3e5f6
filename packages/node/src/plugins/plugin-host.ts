import type { GivenPlugin } from '../plugin-host/load-plugin.ts'
import type { Plugin } from './plugin.ts'

/**
 * Runs the plugins that the config names: packages of others, made with
 * `definePlugin` of `@waystone/plugin`. What a role itself can run, a
 * {@link Plugin}, is another thing: it belongs to the node.
 *
 * @param given - plugins that run before those of the config and need not be found
 */
export function pluginHostPlugin(given: readonly GivenPlugin[] = []): Plugin {
  return {
    async create({ config, pluginFolder, stopping, clock, random, events }) {
      const named = config.plugins.map(one => ({ ...one, from: pluginFolder }))
      if (given.length + named.length === 0) return undefined
      const [{ loadPlugins }, { PluginHost }] = await Promise.all([
        import('../plugin-host/load-plugins.ts'),
        import('../plugin-host/plugin-host.ts')
      ])
      const entries = await loadPlugins({ given, named }, clock)
      const { shutdown } = config
      return components => new PluginHost(components, { entries, shutdown, stopping, clock, random, events })
    }
  }
}
