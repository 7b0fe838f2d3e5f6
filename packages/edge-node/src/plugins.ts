import {
  basePlugins,
  fileTransferPlugin,
  relaySelectionPlugin,
  seedDiscoveryPlugin,
  SERVICE_KEYS,
  tunnelPlugin
} from '@waystone/node'
import type { Plugins } from '@waystone/node'

/** What can run in an edge; the config says what does. */
export const plugins: Plugins = {
  ...basePlugins,
  [SERVICE_KEYS.seedDiscovery]: seedDiscoveryPlugin,
  [SERVICE_KEYS.relaySelection]: relaySelectionPlugin,
  [SERVICE_KEYS.fileTransfer]: fileTransferPlugin,
  [SERVICE_KEYS.tunnel]: tunnelPlugin
}
