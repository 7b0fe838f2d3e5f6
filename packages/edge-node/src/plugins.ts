import { basePlugins } from '@waystone/node'
import type { Plugins } from '@waystone/node'

/** What can run in an edge; the config says what does. */
export const plugins: Plugins = {
  ...basePlugins
}
