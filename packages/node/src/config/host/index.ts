/**
 * What `waystone config check` tries on this machine, without starting a node.
 *
 * @packageDocumentation
 */
import { systemClock } from '@waystone/kit'
import type { Config } from '../schema.ts'
import { checkFolders } from './folders.ts'
import { checkPorts } from './ports.ts'
import type { CheckHostOptions, CheckResult } from './result.ts'
import { checkSecrets } from './secrets.ts'
import { checkShipped } from './shipped.ts'
import { checkClock, checkOpenFiles } from './system.ts'
import { checkAdminSocket } from './unix-socket.ts'

export type { CheckHostOptions, CheckResult } from './result.ts'

/** Tries ports, files, limits and clock. Changes nothing. */
export async function checkHost(config: Config, options: CheckHostOptions = {}): Promise<CheckResult[]> {
  const clock = options.clock ?? systemClock
  return [
    ...(await checkPorts(config, options.signal)),
    ...(await checkFolders(config)),
    ...(await checkAdminSocket(config)),
    ...(await checkSecrets(config, clock)),
    ...(await checkShipped(config, clock)),
    checkOpenFiles(config, options.openFiles),
    await checkClock(config, clock)
  ]
}
