import { PluginState } from '@waystone/wire/admin'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { PluginStatusSchema } from '@waystone/wire/admin'
import type { PluginStatus } from '../../plugin-host/status.ts'

const STATES: Record<PluginStatus['state'], PluginState> = {
  starting: PluginState.STARTING,
  running: PluginState.RUNNING,
  failed: PluginState.FAILED,
  stopped: PluginState.STOPPED
}

/** A plugin of others as the admin API shows it. */
export function pluginMessage(status: PluginStatus): MessageInitShape<typeof PluginStatusSchema> {
  return { ...status, state: STATES[status.state], failure: status.failure ?? '' }
}
