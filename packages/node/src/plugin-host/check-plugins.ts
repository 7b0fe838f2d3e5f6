import { systemClock } from '@waystone/kit'
import { hintOf } from '@waystone/kit/error-fields'
import { loadPlugins } from './load-plugins.ts'
import type { Clock } from '@waystone/interface'
import type { CheckResult } from '../config/host/result.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { PluginEntry } from './load-plugins.ts'

/**
 * Loads and configures every plugin of a configuration as the start of a node
 * does, for `waystone config check`. None is run.
 */
export async function checkPlugins(
  { config: { plugins }, origins }: Pick<LoadedConfig, 'config' | 'origins'>,
  clock: Clock = systemClock
): Promise<CheckResult[]> {
  const from = origins.get('plugins')?.folder
  // as if none were needed, so that each is tried
  const entries = await loadPlugins({ given: [], named: plugins.map(one => ({ ...one, from, optional: true })) }, clock)
  return entries.map((entry, index) => checked(entry, plugins[index]?.optional ?? false))
}

function checked({ package: name, loaded }: PluginEntry, optional: boolean): CheckResult {
  if (!(loaded instanceof Error)) {
    return { name: `plugin ${name}`, status: 'ok', message: `${loaded.name} ${loaded.version}`.trim() }
  }
  const hint = hintOf(loaded)
  const message = loaded.message.replaceAll(/\n\s*/g, ' ')
  return { name: `plugin ${name}`, status: optional ? 'warn' : 'fail', message, ...(hint !== undefined && { hint }) }
}
