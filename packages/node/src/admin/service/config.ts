import { describeConfig } from '../../config/describe.ts'
import type { AdminCalls, AdminContext } from './contract.ts'

/** `GetConfig` */
export function configCalls({ config, loaded }: AdminContext): AdminCalls {
  return { getConfig: () => describeConfig({ config, ...loaded }) }
}
