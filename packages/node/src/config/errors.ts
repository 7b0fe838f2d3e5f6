import { WaystoneError } from '@waystone/interface'
import { messageOf } from '@waystone/kit/error-fields'
import type { WaystoneErrorOptions } from '@waystone/interface'
import { EXIT_BAD_CONFIG } from '../exit-codes.ts'
import { formatProblem } from './problem.ts'
import type { ConfigProblem } from './problem.ts'

const MAX_SHOWN = 20

/** The base of everything that is wrong with a configuration; ends the process with exit code 2. */
export class ConfigError extends WaystoneError {
  static override readonly name: string = 'ConfigError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** There is no file of that name. */
export class ConfigFileNotFoundError extends ConfigError {
  static override readonly name = 'ConfigFileNotFoundError'

  constructor(file: string, options?: WaystoneErrorOptions) {
    super(`${file} does not exist`, { hint: 'name an existing file with --config', ...options })
  }
}

/** The file is there, but cannot be read: a folder, or no permission. */
export class ConfigFileUnreadableError extends ConfigError {
  static override readonly name = 'ConfigFileUnreadableError'

  constructor(file: string, cause: unknown) {
    super(`${file} cannot be read: ${messageOf(cause)}`, { hint: 'check that it is a file and who may read it', cause })
  }
}

/** The file is larger than any configuration needs. */
export class ConfigFileTooLargeError extends ConfigError {
  static override readonly name = 'ConfigFileTooLargeError'

  constructor(file: string, maxBytes: number) {
    super(`${file} is larger than ${maxBytes / 1024} KiB`, { hint: 'check that this is the configuration file' })
  }
}

/** The file is not YAML, or uses a part of YAML that a configuration must not. */
export class ConfigSyntaxError extends ConfigError {
  static override readonly name = 'ConfigSyntaxError'
  /** What is wrong, without the place. */
  readonly reason: string

  constructor(place: string, reason: string, options?: WaystoneErrorOptions) {
    super(`${place}: ${reason}`, {
      hint: 'a configuration is a YAML mapping in UTF-8; see configs/README.md',
      ...options
    })
    this.reason = reason
  }
}

/** No preset has that name. */
export class PresetNotFoundError extends ConfigError {
  static override readonly name = 'PresetNotFoundError'

  constructor(preset: string, known: string[], nearest: string) {
    super(`there is no preset ${JSON.stringify(preset)}; nearest is ${nearest}`, {
      hint: `presets are ${known.join(', ')}; or give the path of a file that ends in .yaml`
    })
  }
}

/** A preset extends one that extends another (or itself). */
export class PresetChainError extends ConfigError {
  static override readonly name = 'PresetChainError'

  constructor(chain: string[]) {
    super(`presets extend each other too far: ${chain.join(' extends ')}`, {
      hint: 'a preset may extend one other, which extends none'
    })
  }
}

/** Keys or values are wrong, or cannot hold together. Every problem is named at once. */
export class ConfigInvalidError extends ConfigError {
  static override readonly name = 'ConfigInvalidError'
  readonly problems: ConfigProblem[]

  constructor(problems: ConfigProblem[]) {
    const lines = problems.slice(0, MAX_SHOWN).map(formatProblem)
    if (problems.length > MAX_SHOWN) lines.push(`and ${problems.length - MAX_SHOWN} more`)
    super(lines.length === 1 ? (lines[0] ?? '') : `${problems.length} problems\n  ${lines.join('\n  ')}`, {
      hint: 'waystone config explain lists every key and where its value comes from'
    })
    this.problems = problems
  }
}
