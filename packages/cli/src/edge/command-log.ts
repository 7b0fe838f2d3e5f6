import { componentLogger } from '@waystone/node'
import { createLog } from '@waystone/node/log'
import { isChosen } from './setting-origin.ts'
import type { ComponentLogger } from '@libp2p/interface'
import type { LoadedConfig } from '@waystone/node/config'

const STANDARD_ERROR = 2

/**
 * The log of a command: silent unless a level was asked for, and never on
 * standard output, which holds the command's own result.
 */
export async function createCommandLog(loaded: LoadedConfig): Promise<ComponentLogger> {
  const { log } = loaded.config
  const level = isChosen(loaded, 'log.level') ? log.level : 'silent'
  return componentLogger(await createLog({ ...log, level }, STANDARD_ERROR))
}
