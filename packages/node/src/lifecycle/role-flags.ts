import { parseArgs } from 'node:util'
import { UsageError } from './errors.ts'

/** What can stand on the command line of a role binary. */
export interface RoleFlags {
  /** Default: what the file extends, or the preset of the role. */
  preset?: string
  file?: string
  /** Text by dotted path. */
  set: Record<string, string>
  help: boolean
  version: boolean
}

/** The flags, for the help text. */
export const ROLE_FLAGS_HELP = `  --config FILE        read this YAML file on top of the preset
  --preset NAME        start from another preset than that of the role
  --set PATH=VALUE     set one value, such as admin.port=0; may be repeated
  --help               show this text
  --version            show the version`

const options = {
  config: { type: 'string' },
  preset: { type: 'string' },
  set: { type: 'string', multiple: true },
  help: { type: 'boolean' },
  version: { type: 'boolean' }
} as const

/** @throws UsageError */
export function parseRoleFlags(args: string[]): RoleFlags {
  try {
    const { values } = parseArgs({ args, options, strict: true })
    return {
      set: Object.fromEntries((values.set ?? []).map(splitSetting)),
      help: values.help ?? false,
      version: values.version ?? false,
      ...(values.config !== undefined && { file: values.config }),
      ...(values.preset !== undefined && { preset: values.preset })
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    const [problem = ''] = cause instanceof Error ? cause.message.split('. ') : []
    throw new UsageError(problem, { hint: 'see --help', cause })
  }
}

function splitSetting(text: string): [path: string, value: string] {
  const [path = '', ...value] = text.split('=')
  if (path !== '' && value.length > 0) return [path, value.join('=')]
  throw new UsageError(`--set ${text} has no value`, { hint: 'write it as --set admin.port=0' })
}
