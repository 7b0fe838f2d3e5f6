import type { ComponentLogger, Metrics } from '@libp2p/interface'
import type { Clock, Random, TrustPolicy } from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { RegistryKind } from '../kinds/contract.ts'
import type { RegistryLimits } from '../store/limits.ts'

export interface RegistryServerInit {
  /** Says who may register records of which kind: function `registry:KIND`. */
  trust: TrustPolicy
  /** The database's file, whose folder must exist. Default: in memory. */
  path?: string | undefined
  limits: RegistryLimits
  /** Kinds besides those that come along. */
  kinds?: readonly RegistryKind[] | undefined
  clock?: Clock | undefined
  random?: Random | undefined
}

export interface RegistryServerComponents {
  rpc: Pick<Rpc, 'serveLate' | 'cursors'>
  logger: ComponentLogger
  metrics?: Metrics
}
