import {
  basePlugins,
  relaySelectionPlugin,
  relayServerPlugin,
  seedDiscoveryPlugin,
  SERVICE_KEYS,
  tunnelPlugin
} from '@waystone/node'
import type { Plugins } from '@waystone/node'

/** What can run in a seed; the config says what does. */
export const plugins: Plugins = {
  ...basePlugins,
  [SERVICE_KEYS.relayServer]: relayServerPlugin,
  [SERVICE_KEYS.seedDiscovery]: seedDiscoveryPlugin,
  [SERVICE_KEYS.relaySelection]: relaySelectionPlugin,
  [SERVICE_KEYS.tunnel]: tunnelPlugin
}
