/**
 * The plugins that come with Waystone. A role package picks from them; the
 * config says which of the picked ones run.
 *
 * @packageDocumentation
 */
export type { Plugin, PluginContext, Plugins, ServiceFactory } from './plugin.ts'
export { basePlugins } from './base.ts'
export { relayServerPlugin, reservationLimits } from './relay-server.ts'
export { seedDiscoveryPlugin } from './seed-discovery.ts'
export { relaySelectionPlugin } from './relay-selection.ts'
export { fileTransferPlugin } from './file-transfer.ts'
export { tunnelPlugin } from './tunnel.ts'
export { pluginHostPlugin } from './plugin-host.ts'
export { memoryRegistryServerPlugin } from './registry-server.ts'
export type { GivenPlugin } from '../plugin-host/load-plugin.ts'
export type { PluginState, PluginStatus } from '../plugin-host/status.ts'
export type { PluginHost } from '../plugin-host/plugin-host.ts'
