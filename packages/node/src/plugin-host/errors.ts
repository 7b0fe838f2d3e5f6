import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG, EXIT_START_FAILED } from '../exit-codes.ts'

/** The package of a plugin is not installed where the config says. */
export class PluginNotFoundError extends WaystoneError {
  static override readonly name = 'PluginNotFoundError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** The default export of a package was not made by `definePlugin`. */
export class NotAPluginError extends WaystoneError {
  static override readonly name = 'NotAPluginError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** A plugin is written for another version of the plugin API than this node has. */
export class PluginApiVersionError extends WaystoneError {
  static override readonly name = 'PluginApiVersionError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** A plugin has the name of another, of a service or of a libp2p component. */
export class PluginNameTakenError extends WaystoneError {
  static override readonly name = 'PluginNameTakenError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** The schema of a plugin refuses its config. */
export class PluginConfigInvalidError extends WaystoneError {
  static override readonly name = 'PluginConfigInvalidError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** A plugin wants a libp2p component that no plugin gets, or did not name the one that it uses. */
export class PluginComponentRefusedError extends WaystoneError {
  static override readonly name = 'PluginComponentRefusedError'
  readonly exitCode = EXIT_START_FAILED
}

/** Two plugins, or a plugin and the node, handle one protocol. */
export class PluginProtocolTakenError extends WaystoneError {
  static override readonly name = 'PluginProtocolTakenError'
  readonly exitCode = EXIT_START_FAILED
}

/** Two plugins, or a plugin and the node, serve one RPC service. */
export class PluginServiceTakenError extends WaystoneError {
  static override readonly name = 'PluginServiceTakenError'
  readonly exitCode = EXIT_START_FAILED
}

/** The code of a plugin threw or ran out of time; the message says in which phase. */
export class PluginFailedError extends WaystoneError {
  static override readonly name = 'PluginFailedError'
  readonly exitCode = EXIT_START_FAILED
}

/** A plugin handles, serves, watches or waits for something after its stop. */
export class PluginStoppedError extends WaystoneError {
  static override readonly name = 'PluginStoppedError'
}

/** Says all there is to say by itself: nothing is wrapped around it. */
const TELLING = new Set<string>([
  PluginComponentRefusedError.name,
  PluginProtocolTakenError.name,
  PluginServiceTakenError.name
])

/** What a plugin was doing when it failed. */
export type PluginPhase = 'load' | 'create' | 'start' | 'stop'

const DOING: Record<PluginPhase, string> = {
  load: 'could not be loaded',
  create: 'failed in create',
  start: 'failed in start',
  stop: 'failed in stop'
}

/** The failure of a plugin as the operator is told: by package and phase, unless the error names the plugin itself. */
export function pluginFailure(what: string, phase: PluginPhase, cause: unknown): Error {
  if (cause instanceof Error && TELLING.has(cause.name)) return cause
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  return new PluginFailedError(`the plugin ${what} ${DOING[phase]}: ${reason}`, {
    cause,
    hint: 'ask its author, remove it from plugins, or mark it optional: true'
  })
}
