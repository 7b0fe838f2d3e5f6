/** `starting` before its turn too; `stopped` after a stop, however that went. */
export type PluginState = 'starting' | 'running' | 'failed' | 'stopped'

/** What an operator sees of a plugin. */
export interface PluginStatus {
  /** Its package as long as its own name is not known. */
  name: string
  package: string
  /** Empty when its package does not say. */
  version: string
  state: PluginState
  /** Why it failed, or what failed in its stop. */
  failure: string | undefined
  optional: boolean
}
