/**
 * Protocols of your own in any Waystone node: the default export of a package
 * that a config names under `plugins`.
 *
 * @example
 * import { definePlugin } from '@waystone/plugin'
 * import { z } from 'zod'
 *
 * export default definePlugin({
 *   name: 'hello',
 *   config: z.strictObject({ greeting: z.string().default('hello') }),
 *   create: async ({ config, rpc, protocols }) => {
 *     await rpc.serve(HelloService, { sayHello: ({ name }) => ({ text: `${config.greeting} ${name}` }) })
 *     await protocols.handle('/hello/echo/1.0.0', async stream => await echo(stream))
 *   }
 * })
 *
 * @packageDocumentation
 */
export { definePlugin, PLUGIN_API_VERSION, pluginSymbol, PluginInvalidError } from './define-plugin.ts'
export { PLUGIN_COMPONENTS } from './components.ts'
export type { PluginComponentName, PluginComponents, PluginNodeEvents } from './components.ts'
export type {
  ConfiguredPlugin,
  DefinedPlugin,
  PluginConfigIssues,
  PluginConfigSchema,
  PluginDefinition,
  PluginInstance,
  PluginMetrics,
  PluginParts,
  PluginProtocols,
  PluginRpc,
  PluginScope,
  PluginStreamHandler,
  PluginStreamOptions
} from './contract.ts'
