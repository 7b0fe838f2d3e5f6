import { parseArgs } from 'node:util'
import { UsageError } from './errors.ts'

/** What can stand on the command line of a role binary. */
export interface RoleFlags {
  /** Default: the preset of the role, unless there is a file. */
  preset?: string
  file?: string
  /** `path=value`, in the order given. */
  set: string[]
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
    const {
      config,
      preset,
      set = [],
      help = false,
      version = false
    } = parseArgs({ args, options, strict: true }).values
    return {
      set,
      help,
      version,
      ...(config !== undefined && { file: config }),
      ...(preset !== undefined && { preset })
    }
  } catch (cause) {
    const [firstLine = ''] = (cause as Error).message.split('. ')
    throw new UsageError(firstLine, { hint: 'see --help', cause })
  }
}
