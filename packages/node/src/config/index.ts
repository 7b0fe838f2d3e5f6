/**
 * The configuration of a node: presets, file, environment and flags, checked
 * before anything starts.
 *
 * @example
 * ```ts
 * import { loadConfig } from '@waystone/node/config'
 *
 * const { config } = await loadConfig({ preset: 'relay', env: process.env, flags: { 'log.level': 'debug' } })
 * console.log(config.addresses.listen)
 * ```
 *
 * @packageDocumentation
 */
export { findNearest } from './nearest.ts'
export { configSchema } from './schema.ts'
export type { Config, ConfigInput, Role } from './schema.ts'
export { loadConfig } from './load.ts'
export type { ConfigSources, LoadedConfig } from './load.ts'
export { describeConfig } from './describe.ts'
export type { DescribableConfig, DescribedConfig, DescribedValue } from './describe.ts'
export { explainConfig, explainPath, printConfig } from './explain.ts'
export type { ExplainedValue } from './explain.ts'
export { configJsonSchema } from './json-schema.ts'
export { listPresets } from './presets.ts'
export { checkHost } from './host/index.ts'
export type { CheckHostOptions, CheckResult } from './host/index.ts'
export { formatOrigin } from './origin.ts'
export type { Origin } from './origin.ts'
export type { ConfigProblem } from './problem.ts'
export { longDuration } from './units.ts'
export {
  ConfigError,
  ConfigFileNotFoundError,
  ConfigFileTooLargeError,
  ConfigFileUnreadableError,
  ConfigInvalidError,
  ConfigSyntaxError,
  PresetChainError,
  PresetNotFoundError
} from './errors.ts'
