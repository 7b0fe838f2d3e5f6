import type { RegistryState } from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { Registry } from '../contract.ts'

export interface RegistryAdminComponents {
  rpc: Pick<Rpc, 'serveLate' | 'cursors'>
}

/** What the admin API of the registry works on. */
export interface RegistryAdminParts {
  registry: Registry
  /** Of the registry that this node keeps, if it does. */
  state?: (() => Promise<RegistryState>) | undefined
}
