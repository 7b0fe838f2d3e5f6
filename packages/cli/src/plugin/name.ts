import { isBuiltin } from 'node:module'
import { LIBP2P_COMPONENTS, SERVICE_KEYS } from '@waystone/node/service-keys'
import { PluginNameInvalidError } from './errors.ts'

/** As definePlugin wants it, and without what protobuf packages cannot have: an empty word, or one that begins with a digit. */
const NAME = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/
const MAX_LENGTH = 32

/**
 * Whether a plugin, its npm package and its protobuf package can have the name.
 *
 * @param dependencies - packages that the new one needs: none can have its name
 * @throws PluginNameInvalidError
 */
export function checkName(name: string, dependencies: readonly string[]): void {
  const reason = reasonAgainst(name, dependencies)
  if (reason === undefined) return
  throw new PluginNameInvalidError(`${JSON.stringify(name)} cannot be the name of a plugin: ${reason}`, {
    hint: 'choose another, such as hello or my-protocol'
  })
}

function reasonAgainst(name: string, dependencies: readonly string[]): string | undefined {
  if (!NAME.test(name) || name.length > MAX_LENGTH) {
    return `it must be at most ${MAX_LENGTH} of a-z, 0-9 and -, with a letter at the start and after each -`
  }
  if (LIBP2P_COMPONENTS.includes(name)) return 'a part of libp2p has it'
  if (Object.values<string>(SERVICE_KEYS).includes(name)) return 'a service of the node has it'
  if (isBuiltin(name)) return 'a module of Node has it'
  if (dependencies.includes(name)) return 'a package that the plugin needs has it'
  return undefined
}
