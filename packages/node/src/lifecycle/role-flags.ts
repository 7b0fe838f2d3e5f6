import { parseArgs } from 'node:util'
import { messageOf } from '@waystone/kit/error-fields'
import { configFlags, flagLayer, splitSetting } from '../config/flags.ts'
import { UsageError } from './errors.ts'
import type { ConfigSources } from '../config/load.ts'

/** What can stand on the command line of a role binary. */
export interface RoleFlags {
  sources: Pick<ConfigSources, 'preset' | 'file' | 'flags' | 'flagNames'>
  help: boolean
  version: boolean
  /** Stops when the process that started this one is gone. For programs that start nodes: it needs an IPC channel. */
  exitWithParent: boolean
}

const helpLines = [
  ['--config FILE', 'read this YAML file on top of the preset'],
  ['--preset NAME', 'start from another preset than that of the role'],
  ...configFlags.map(({ name, value, description }) => [`--${name} ${value.toUpperCase()}`, description]),
  ['--set PATH=VALUE', 'set any other key, such as nat.upnp=true; may be repeated'],
  ['--help', 'show this text'],
  ['--version', 'show the version']
]

/** The flags, for the help text. */
export const ROLE_FLAGS_HELP = helpLines.map(([flag = '', text]) => `  ${flag.padEnd(20)} ${text}`).join('\n')

const options = {
  config: { type: 'string' },
  preset: { type: 'string' },
  set: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  'exit-with-parent': { type: 'boolean' }
} as const

const configOptions = Object.fromEntries(
  configFlags.map(({ name }) => [name, { type: 'string', multiple: true } as const])
)

/** @throws UsageError */
export function parseRoleFlags(args: string[]): RoleFlags {
  try {
    const { values } = parseArgs({ args, options: { ...configOptions, ...options }, strict: true })
    const { config: file, preset, set = [], help = false, version = false } = values
    const { 'exit-with-parent': exitWithParent = false } = values
    const layer = flagLayer({ named: namedFrom(values), set: Object.fromEntries(set.map(settingFrom)) })
    return { sources: { file, preset, ...layer }, help, version, exitWithParent }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    const [problem = ''] = messageOf(cause).split('. ')
    throw new UsageError(problem, { hint: 'see --help', cause })
  }
}

/** The last of a repeated flag counts, all of a repeated list. */
function namedFrom(values: Record<string, unknown>): Record<string, string | undefined> {
  const entries = configFlags.map(({ name, list }): [string, string | undefined] => {
    const given = values[name]
    const texts = Array.isArray(given) ? given.map(String) : []
    return [name, list && texts.length > 0 ? texts.join(',') : texts.at(-1)]
  })
  return Object.fromEntries(entries)
}

function settingFrom(text: string): [path: string, value: string] {
  const setting = splitSetting(text)
  if (setting !== undefined) return setting
  throw new UsageError(`--set ${text} has no value`, { hint: 'write it as --set admin.port=0' })
}
